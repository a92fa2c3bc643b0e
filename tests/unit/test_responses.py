from __future__ import annotations

import asyncio

import pytest
from starlette.types import ASGIApp, Message

from functions.stream.streaming.app import create_app
from functions.stream.streaming.settings import Settings
from functions.stream.streaming.sources import SourceFailed
from tests.support.asgi import Exchange, http_scope, post
from tests.support.clock import run_on_virtual_clock
from tests.support.logs import JsonLog
from tests.support.sources import ScriptedSource, Step, forever, pause

pytestmark = pytest.mark.anyio

INTERNAL = {"error": "The answer broke off by an error of the service.", "code": "internal"}
GET = http_scope("GET", "/stream", query=b"input=a")


def app_of(source: ScriptedSource, **settings: float) -> ASGIApp:
    return create_app(Settings(**settings), source)  # type: ignore[arg-type]


async def test_stream_sends_start_then_one_message_an_event_then_an_empty_last_one() -> None:
    source = ScriptedSource("a", pause(0.1), "b", usage={"tokens": 2})
    exchange = await post(app_of(source), "/stream", "prompt")
    assert [message["type"] for message in exchange.messages] == ["http.response.start"] + ["http.response.body"] * 5
    assert [message["more_body"] for message in exchange.messages[1:]] == [True] * 4 + [False]
    assert [message["body"].count(b"data: ") for message in exchange.messages[1:]] == [1, 1, 1, 1, 0]
    assert exchange.stream.chunks == ["a", "b"]
    assert exchange.stream.last == {"status": "complete", "tokens": 2}
    assert source.prompts == ["prompt"]


async def test_stream_declares_itself_as_events_that_nobody_may_hold_back() -> None:
    exchange = await post(app_of(ScriptedSource()), "/stream", "a")
    assert exchange.status == 200
    assert exchange.headers == {
        "content-type": "text/event-stream; charset=utf-8",
        "cache-control": "no-cache, no-store, no-transform",
        "cross-origin-resource-policy": "same-origin",
        "vary": "accept",
        "x-accel-buffering": "no",
    }


async def test_starting_event_leaves_before_the_first_text_exists() -> None:
    first_text = asyncio.Event()
    source = ScriptedSource(first_text.wait, "a")
    exchange = Exchange()
    running = asyncio.create_task(exchange.run(app_of(source), GET))
    await exchange.until_sent(b'"starting"')
    assert exchange.stream.chunks == []
    first_text.set()
    await running
    assert exchange.stream.text == "a"


@pytest.mark.parametrize(
    ("failure", "last"),
    [
        (SourceFailed("throttled", "The model is busy."), {"error": "The model is busy.", "code": "throttled"}),
        (RuntimeError("arn:aws:iam::123456789012:role/secret"), INTERNAL),
    ],
)
async def test_stream_ends_with_one_error_when_the_source_breaks_off(
    failure: Exception, last: dict[str, str], json_log: JsonLog
) -> None:
    source = ScriptedSource("a", failure)
    exchange = await post(app_of(source), "/stream", "a")
    assert exchange.status == 200
    assert exchange.stream.last == last
    assert b"secret" not in exchange.body
    assert source.only.closes == 1
    assert [(end["outcome"], end["code"]) for end in json_log.ends()] == [("source_error", last["code"])]


@pytest.mark.parametrize("value", [object(), float("nan"), "\ud83d", {1, 2}], ids=["object", "nan", "half", "set"])
async def test_stream_ends_with_the_internal_error_when_the_usage_cannot_be_encoded(
    value: object, json_log: JsonLog
) -> None:
    source = ScriptedSource("a", usage={"value": value})
    exchange = await post(app_of(source), "/stream", "a")
    assert exchange.stream.text == "a"
    assert exchange.stream.last == INTERNAL
    assert source.only.closes == 1
    assert [(end["outcome"], end["code"]) for end in json_log.ends()] == [("source_error", "internal")]
    assert "exception" in json_log.find("The stream failed between source and wire.")[0]


async def test_stream_closes_the_source_and_says_so_when_the_client_leaves(json_log: JsonLog) -> None:
    source = ScriptedSource("a", forever)
    exchange = Exchange()
    running = asyncio.create_task(exchange.run(app_of(source), GET))
    await exchange.until_sent(b'"chunk"')
    exchange.disconnected.set()
    await running
    assert source.only.closes == 1
    assert json_log.outcomes() == ["disconnected"]
    assert json_log.find("The answer ended.")[0]["stream_id"] == exchange.stream.id


async def test_stream_closes_the_source_when_the_send_fails(json_log: JsonLog) -> None:
    def break_off(message: Message) -> None:
        if b"chunk" in message.get("body", b""):
            raise OSError("connection lost")

    source = ScriptedSource("a", forever)
    with pytest.raises(OSError, match="connection lost"):
        await Exchange(on_send=break_off).run(app_of(source), GET)
    assert source.only.closes == 1
    assert json_log.outcomes() == ["disconnected"]


async def test_stream_closes_the_source_when_the_server_cancels_it(json_log: JsonLog) -> None:
    source = ScriptedSource("a", forever)
    exchange = Exchange()
    running = asyncio.create_task(exchange.run(app_of(source), GET))
    await exchange.until_sent(b'"chunk"')
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert source.only.closes == 1
    assert json_log.outcomes() == ["disconnected"]


async def test_heartbeat_fills_the_silence_and_stands_between_events() -> None:
    silence = asyncio.Event()
    pings = 0

    def count(message: Message) -> None:
        nonlocal pings
        pings += message.get("body") == b": ping\n\n"
        if pings == 3:
            silence.set()

    source = ScriptedSource("a", silence.wait, "b")
    exchange = Exchange(on_send=count)
    await exchange.run(app_of(source, heartbeat_seconds=0.01), GET)
    assert exchange.stream.comments >= 3
    assert exchange.stream.text == "ab"


@pytest.mark.parametrize("script", [["a"], ["a", SourceFailed("throttled", "Later.")]], ids=["complete", "failed"])
@pytest.mark.parametrize("path", ["/stream", "/generate"])
async def test_record_is_written_and_the_source_closed_before_the_response_ends(
    path: str, script: list[Step], json_log: JsonLog
) -> None:
    source = ScriptedSource(*script)
    at_the_end: list[tuple[int, int]] = []

    def look(message: Message) -> None:
        if message["type"] == "http.response.body" and not message.get("more_body"):
            at_the_end.append((len(json_log.ends()), source.only.closes))

    scope = http_scope("POST", path, headers={"content-type": "application/json"})
    await Exchange(b'{"input": "a"}', on_send=look).run(app_of(source), scope)
    assert at_the_end == [(1, 1)]


def test_heartbeats_are_one_for_each_interval_of_silence_and_none_where_text_flows() -> None:
    async def comments(*pauses: float) -> int:
        source = ScriptedSource(*(step for seconds in pauses for step in (pause(seconds), "a")))
        return (await post(app_of(source, heartbeat_seconds=10), "/stream", "a")).stream.comments

    async def main() -> list[int]:
        return [await comments(), await comments(*[9.9] * 20), await comments(25, 9, 11)]

    assert run_on_virtual_clock(main()) == [0, 0, 3]


@pytest.mark.parametrize("headers", [{}, {"last-event-id": "7"}])
async def test_head_opens_no_source(headers: dict[str, str]) -> None:
    source = ScriptedSource("a")
    exchange = Exchange()
    await exchange.run(app_of(source), http_scope("HEAD", "/stream", query=b"input=a", headers=headers))
    assert exchange.status == (204 if headers else 200)
    assert exchange.body == b""
    assert source.prompts == []


async def test_head_answers_with_the_headers_of_a_stream() -> None:
    exchange = Exchange()
    await exchange.run(app_of(ScriptedSource("a")), http_scope("HEAD", "/stream", query=b"input=a"))
    stream = await post(app_of(ScriptedSource("a")), "/stream", "a")
    assert stream.headers.items() <= exchange.headers.items()


async def test_reconnecting_event_source_is_told_to_stop() -> None:
    source = ScriptedSource("a")
    exchange = Exchange()
    await exchange.run(app_of(source), http_scope("GET", "/stream", query=b"input=a", headers={"last-event-id": "7"}))
    assert (exchange.status, exchange.body, source.prompts) == (204, b"", [])


async def test_generate_answers_whole_when_the_source_ends(json_log: JsonLog) -> None:
    source = ScriptedSource("a\n", pause(0.1), "é", usage={"tokens": 2})
    exchange = await post(app_of(source), "/generate", "prompt")
    stream_id = exchange.json["id"]
    assert exchange.json == {"id": stream_id, "text": "a\né", "chunks": 2, "status": "complete"}
    assert exchange.headers["content-type"] == "application/json"
    assert json_log.find("The answer ended.")[0]["stream_id"] == stream_id
    assert source.only.closes == 1


@pytest.mark.parametrize(
    ("script", "status", "code"),
    [
        (["a", SourceFailed("throttled", "Later.")], 502, "throttled"),
        (["a", RuntimeError("secret")], 502, "internal"),
    ],
)
async def test_generate_answers_with_a_problem_when_the_source_breaks_off(
    script: list[Step], status: int, code: str, json_log: JsonLog
) -> None:
    source = ScriptedSource(*script)
    exchange = await post(app_of(source), "/generate", "a")
    assert (exchange.status, exchange.json["code"]) == (status, code)
    assert exchange.headers["content-type"] == "application/problem+json"
    assert b"secret" not in exchange.body
    assert source.only.closes == 1
    assert [(end["outcome"], end["code"]) for end in json_log.ends()] == [("source_error", code)]


async def test_generate_closes_the_source_when_the_client_leaves(json_log: JsonLog) -> None:
    entered = asyncio.Event()

    async def enter() -> None:
        entered.set()

    source = ScriptedSource("a", enter, forever)
    exchange = Exchange(b'{"input": "a"}')
    scope = http_scope("POST", "/generate", headers={"content-type": "application/json"})
    running = asyncio.create_task(exchange.run(app_of(source), scope))
    await entered.wait()
    exchange.disconnected.set()
    await running
    assert exchange.status == 499
    assert source.only.closes == 1
    assert json_log.outcomes() == ["disconnected"]
