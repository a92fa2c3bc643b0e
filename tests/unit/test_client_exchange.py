"""The decisions of an exchange, step by step, without a transport."""

from __future__ import annotations

import httpx
import pytest
from httpx_sse import ServerSentEvent

from client import Complete, ConnectionFailed, ConnectTimeout, HttpError, InvalidRequest, Retries, StreamError, Timeouts
from client.call import Call, Signing
from client.exchange import Exchange, NextEvent, Pause, ReadBody, Run, Send

URL = "http://127.0.0.1:8080/stream"
OK = httpx.Response(200, headers={"content-type": "text/event-stream"})


def _exchange(**options: object) -> Exchange:
    return Exchange(Call(url=URL, prompt="hi", **options), draw=lambda low, high: high)  # type: ignore[arg-type]


def _step(exchange: Exchange) -> object:
    return exchange.step


def _busy(**headers: str) -> httpx.Response:
    return httpx.Response(503, headers={name.replace("_", "-"): value for name, value in headers.items()}, json={})


def test_url_that_is_none_fails_before_anything_is_sent() -> None:
    with pytest.raises(ValueError, match="Expected a URL"):
        Exchange(Call(url="nowhere", prompt="hi"))


def test_pause_before_a_retry_is_the_one_that_the_service_asks_for() -> None:
    exchange = _exchange(retries=Retries(base_seconds=0.5))
    assert isinstance(exchange.step, Send)
    exchange.learn(_busy(retry_after="7"))
    assert isinstance(exchange.step, ReadBody)
    exchange.learn(None)
    assert _step(exchange) == Pause(7.5)
    exchange.learn(None)
    assert isinstance(exchange.step, Send)


def test_attempts_end_at_the_limit_with_the_last_error() -> None:
    exchange = _exchange(retries=Retries(limit=1))
    exchange.fail(httpx.ConnectTimeout("slow"))
    assert isinstance(exchange.step, Pause)
    exchange.learn(None)
    with pytest.raises(ConnectTimeout, match=r"No connection to 127.0.0.1 within 10.0 s") as raised:
        exchange.fail(httpx.ConnectTimeout("slow"))
    assert raised.value.code == "connect_timeout"


def test_error_whose_body_breaks_off_still_has_its_status() -> None:
    exchange = _exchange()
    exchange.learn(httpx.Response(500))
    with pytest.raises(HttpError, match="500: Internal Server Error") as raised:
        exchange.fail(httpx.ReadTimeout("slow"))
    assert (raised.value.status, raised.value.code, raised.value.stream_id) == (500, None, None)


def test_silence_is_measured_anew_once_the_stream_begins() -> None:
    exchange = _exchange(timeouts=Timeouts(first_byte_seconds=60, read_seconds=7))
    assert isinstance(exchange.step, Send)
    request = exchange.step.request
    assert request.extensions["timeout"]["read"] == 60
    exchange.learn(OK)
    assert request.extensions["timeout"]["read"] == 7


def test_time_to_the_first_byte_is_that_of_the_attempt_that_was_answered() -> None:
    now = iter([0.0, 10.0, 12.5])
    exchange = Exchange(Call(url=URL, prompt="hi"), clock=lambda: next(now), draw=lambda low, high: high)
    exchange.fail(httpx.ConnectError("refused"))
    exchange.learn(None)
    assert exchange.first_byte_seconds is None
    exchange.learn(OK)
    assert exchange.first_byte_seconds == 2.5


def test_end_of_the_body_is_read_after_the_last_event_whatever_comes() -> None:
    for outcome in (None, ServerSentEvent(data='{"chunk": "late"}')):
        exchange = _completed()
        exchange.learn(outcome)
        assert exchange.step is None
    exchange = _completed()
    exchange.fail(httpx.ReadError("reset"))
    assert exchange.step is None


def _completed() -> Exchange:
    exchange = _exchange()
    exchange.learn(OK)
    exchange.learn(ServerSentEvent(data='{"status": "complete"}'))
    assert exchange.step == Complete()
    exchange.learn(None)
    assert isinstance(exchange.step, NextEvent)
    return exchange


def test_request_that_http_refuses_is_not_quoted() -> None:
    exchange = _exchange()
    with pytest.raises(InvalidRequest) as raised:
        exchange.fail(httpx.LocalProtocolError("Illegal header value b'SECRET'"))
    assert "SECRET" not in str(raised.value)


def test_failure_without_words_is_named_by_its_kind() -> None:
    with pytest.raises(ConnectionFailed, match=r"The connection to 127\.0\.0\.1:8080 failed: ReadError"):
        _exchange(retries=Retries(limit=0)).fail(httpx.ReadError(""))


def test_signing_may_block_and_its_error_is_not_retried() -> None:
    exchange = _exchange(signing=Signing(service="lambda", profile="nobody"))
    assert isinstance(exchange.step, Run)
    with pytest.raises(StreamError, match="nobody"):
        exchange.step.function()
