"""The client against servers that do as they should, and as they should not."""

from __future__ import annotations

import contextlib
import socket

import pytest

from client import (
    Chunk,
    Complete,
    ConnectionFailed,
    HttpError,
    MalformedStream,
    Retries,
    Starting,
    StreamError,
    TruncatedStream,
    stream,
)
from tests.support.raw_server import serving, sse_head

STARTING = b'id: 1\n\ndata: {"status": "starting", "id": "s1"}\n\n'
CHUNK = b'id: 2\n\ndata: {"chunk": "h\xc3\xa9llo"}\n\n'
COMPLETE = b'id: 3\n\ndata: {"status": "complete", "output_tokens": 7}\n\n'
PROBLEM = b'{"type": "about:blank", "status": 422, "detail": "Field \'input\' is empty.", "id": "s2"}'


def test_stream_yields_typed_events_in_order() -> None:
    with serving([sse_head(), STARTING, b": ping\n\n", CHUNK, COMPLETE]) as url:
        assert list(stream(url, "hi")) == [Starting("s1"), Chunk("héllo"), Complete({"output_tokens": 7})]


def test_stream_without_a_last_event_is_truncated() -> None:
    with serving([sse_head(), STARTING, CHUNK]) as url, pytest.raises(TruncatedStream) as raised:
        list(stream(url, "hi"))
    assert raised.value.stream_id == "s1"


def test_stream_whose_connection_breaks_is_truncated() -> None:
    head = sse_head().replace(b"connection: close", b"transfer-encoding: chunked")
    with serving([head, b"%x\r\n%s\r\n" % (len(STARTING), STARTING)]) as url, pytest.raises(TruncatedStream) as raised:
        list(stream(url, "hi"))
    assert raised.value.stream_id == "s1"


def test_http_error_carries_status_detail_and_id() -> None:
    head = sse_head("422 Unprocessable Entity", "application/problem+json")
    with serving([head, PROBLEM]) as url, pytest.raises(HttpError, match="422: Field 'input' is empty") as raised:
        list(stream(url, ""))
    assert (raised.value.status, raised.value.stream_id) == (422, "s2")


@pytest.mark.parametrize(
    ("body", "detail"),
    [(b'{"Message": "Forbidden"}', "Forbidden"), (b"Bad gateway", "Bad gateway"), (b"", "Bad Gateway"), (b"[]", "[]")],
)
def test_http_error_of_a_proxy_is_read_as_far_as_it_goes(body: bytes, detail: str) -> None:
    with (
        serving([sse_head("502 Bad Gateway", "text/plain"), body]) as url,
        pytest.raises(HttpError, match="502") as raised,
    ):
        list(stream(url, "hi", retries=Retries(limit=0)))
    assert detail in str(raised.value)


@pytest.mark.parametrize(
    ("head", "body"), [(sse_head(), b"data: hello\n\n"), (sse_head("200 OK", "text/html"), b"<p>")]
)
def test_answer_that_is_no_stream_is_malformed(head: bytes, body: bytes) -> None:
    with serving([head, body]) as url, pytest.raises(MalformedStream, match="Expected"):
        list(stream(url, "hi"))


def test_service_that_is_not_there_is_a_failed_connection() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(ConnectionFailed, match=f"127.0.0.1:{port}"):
        list(stream(f"http://127.0.0.1:{port}", "hi", retries=Retries(limit=0)))


def test_closing_the_stream_early_raises_nothing() -> None:
    with serving([sse_head(), STARTING, CHUNK, COMPLETE]) as url, contextlib.closing(stream(url, "hi")) as events:
        assert next(events) == Starting("s1")


def test_every_error_is_a_stream_error() -> None:
    errors = (HttpError, TruncatedStream, MalformedStream, ConnectionFailed)
    assert all(issubclass(error, StreamError) for error in errors)
