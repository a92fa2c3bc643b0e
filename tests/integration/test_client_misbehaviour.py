"""Both clients, the blocking and the asynchronous, against servers that misbehave on purpose."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import sys
from collections.abc import Callable, Iterator
from typing import Any, Protocol

import pytest

from client import (
    Chunk,
    Complete,
    ConnectionFailed,
    ConnectTimeout,
    Event,
    FirstByteTimeout,
    HttpError,
    MalformedStream,
    ReadTimeout,
    Retries,
    Starting,
    Timeouts,
    TruncatedStream,
    astream,
    stream,
)
from tests.support.raw_server import Part, pause, recording, reset, serving, sse_head, stall

STARTING = b'id: 1\n\ndata: {"status": "starting", "id": "s1"}\n\n'
CHUNK = 'id: 2\n\ndata: {"chunk": "héllo 😀"}\n\n'.encode()
COMPLETE = b'id: 3\n\ndata: {"status": "complete"}\n\n'
BODY = STARTING + CHUNK + COMPLETE
_MARK = b"\xef\xbb\xbf"
EVENTS = [Starting("s1"), Chunk("héllo 😀"), Complete()]

ONCE = Retries(limit=0)
AGAIN = Retries(limit=2, base_seconds=0)


class Read(Protocol):
    def __call__(self, url: str, **options: Any) -> list[Event]: ...


def _read(url: str, **options: Any) -> list[Event]:
    with stream(url, "hi", **options) as events:
        return list(events)


def _read_async(url: str, **options: Any) -> list[Event]:
    async def read() -> list[Event]:
        async with astream(url, "hi", **options) as events:
            return [event async for event in events]

    return asyncio.run(read())


@pytest.fixture(params=[_read, _read_async], ids=["sync", "async"])
def read(request: pytest.FixtureRequest) -> Read:
    reader: Read = request.param
    return reader


def _crlf(body: bytes) -> bytes:
    return body.replace(b"\n", b"\r\n")


def _cr(body: bytes) -> bytes:
    return body.replace(b"\n", b"\r")


def _apart(body: bytes) -> list[bytes]:
    return [bytes([byte]) for byte in body]


_UNKNOWN_FIELDS = b"foo: bar\nretry: 10\nevent: text\nnonsense\n"


def _with_new_field(event: bytes) -> bytes:
    return event.replace(b'"}', b'", "new": [1]}')


@pytest.mark.parametrize(
    "packets",
    [
        pytest.param([BODY], id="one packet"),
        pytest.param(_apart(BODY), id="half a character per packet"),
        pytest.param([_crlf(BODY)], id="CRLF"),
        pytest.param(_apart(_crlf(BODY)), id="CRLF apart"),
        pytest.param([_cr(BODY)], id="CR"),
        pytest.param(_apart(_cr(BODY)), id="CR apart"),
        pytest.param([_crlf(STARTING), CHUNK, _cr(COMPLETE)], id="mixed line ends"),
        pytest.param([_MARK + BODY.removeprefix(b"id: 1\n\n")], id="byte order mark"),
        pytest.param(_apart(_MARK + BODY.removeprefix(b"id: 1\n\n")), id="byte order mark apart"),
        pytest.param([STARTING, b": ping\n\n:\n\n", CHUNK, b": ping\n\n", COMPLETE], id="comments"),
        pytest.param([STARTING, _UNKNOWN_FIELDS + CHUNK, COMPLETE], id="unknown fields"),
        pytest.param([_with_new_field(STARTING), _with_new_field(CHUNK), COMPLETE], id="unknown fields of JSON"),
        pytest.param([STARTING, CHUNK.replace(b"data: ", b"data:"), COMPLETE], id="no space"),
        pytest.param([BODY, CHUNK], id="after the last"),
    ],
)
def test_stream_is_read_however_its_bytes_come(packets: list[bytes], read: Read) -> None:
    """In chunks of HTTP, because the client learns where they part, while packets may join on their way."""
    head = sse_head().replace(b"connection: close", b"transfer-encoding: chunked")
    with serving([head, *(b"%x\r\n%s\r\n" % (len(packet), packet) for packet in packets), b"0\r\n\r\n"]) as url:
        assert read(url) == EVENTS


def test_charset_is_utf_8_whatever_the_header_says(read: Read) -> None:
    with serving([sse_head("200 OK", "text/event-stream; charset=iso-8859-1"), BODY]) as url:
        assert read(url) == EVENTS


def test_line_of_a_mebibyte_is_one_event(read: Read) -> None:
    text = "é" * 2**19
    line = f"data: {json.dumps({'chunk': text}, ensure_ascii=False)}\n\n".encode()
    assert len(line) > 2**20
    with serving([sse_head(), STARTING, line, COMPLETE]) as url:
        assert read(url)[1] == Chunk(text)


@pytest.mark.parametrize("ends", [_crlf, _cr, bytes], ids=["CRLF", "CR", "LF"])
def test_event_is_there_before_the_packet_after_it(ends: Callable[[bytes], bytes]) -> None:
    with serving([sse_head(), ends(STARTING), stall]) as url, stream(url, "hi") as events:
        assert next(events) == Starting("s1")
        assert events.stream_id == "s1"


def test_stall_before_the_headers_is_a_first_byte_timeout(read: Read) -> None:
    with recording([stall]) as server, pytest.raises(FirstByteTimeout, match=r"within 0.1 s") as raised:
        read(server.url, timeouts=Timeouts(first_byte_seconds=0.1), retries=AGAIN)
    assert len(server.requests) == 1, "What may have begun already is not asked for twice."
    assert (raised.value.status, raised.value.code) == (None, "first_byte_timeout")


def test_stall_in_mid_stream_is_a_read_timeout(read: Read) -> None:
    with recording([sse_head(), STARTING, CHUNK, stall]) as server, pytest.raises(ReadTimeout) as raised:
        read(server.url, timeouts=Timeouts(read_seconds=0.1), retries=AGAIN)
    assert len(server.requests) == 1
    assert (raised.value.status, raised.value.code, raised.value.stream_id) == (200, "read_timeout", "s1")


def test_heartbeat_is_a_sign_of_life(read: Read) -> None:
    pings: list[Part] = [part for _ in range(6) for part in (pause(0.25), b": ping\n\n")]
    with serving([sse_head(), STARTING, *pings, CHUNK, COMPLETE]) as url:
        assert read(url, timeouts=Timeouts(read_seconds=1.2)) == EVENTS


def test_connection_that_stays_open_after_the_last_event_is_no_error(read: Read) -> None:
    with serving([sse_head(), BODY, stall]) as url:
        assert read(url, timeouts=Timeouts(read_seconds=0.1)) == EVENTS


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param([], id="no event"),
        pytest.param([STARTING, CHUNK], id="no last event"),
        pytest.param([STARTING, CHUNK, COMPLETE[:-1]], id="no end of the last event"),
        pytest.param([STARTING, CHUNK, reset], id="reset"),
    ],
)
def test_end_before_the_last_event_is_a_truncated_stream(parts: list[Part], read: Read) -> None:
    with recording([sse_head(), *parts]) as server, pytest.raises(TruncatedStream) as raised:
        read(server.url, retries=AGAIN)
    assert len(server.requests) == 1, "After the first byte nothing is asked for again."
    assert (raised.value.status, raised.value.code) == (200, "truncated")
    assert raised.value.stream_id == ("s1" if parts else None)


def test_event_of_another_contract_is_malformed(read: Read) -> None:
    with serving([sse_head(), STARTING, b"data: what?\n\n"]) as url, pytest.raises(MalformedStream) as raised:
        read(url)
    assert (raised.value.code, raised.value.stream_id) == ("malformed", "s1")


@pytest.mark.parametrize("failure", [[], [reset]], ids=["hangs up", "resets"])
def test_connection_that_breaks_before_the_answer_is_tried_again(failure: list[Part], read: Read) -> None:
    with recording(failure, failure, [sse_head(), BODY]) as server:
        assert read(server.url, retries=AGAIN) == EVENTS
    assert len(server.requests) == 3
    assert len({request.body for request in server.requests}) == 1


def test_connection_that_never_holds_fails_after_the_last_attempt(read: Read) -> None:
    with recording([reset]) as server, pytest.raises(ConnectionFailed) as raised:
        read(server.url, retries=AGAIN)
    assert len(server.requests) == 3
    assert raised.value.code == "unreachable"


@pytest.mark.parametrize("status", ["429 Too Many Requests", "502 Bad Gateway", "503 Busy", "504 Gateway Timeout"])
def test_error_that_passes_is_tried_again(status: str, read: Read) -> None:
    busy = [sse_head(status, "application/problem+json", "retry-after: 0"), b'{"detail": "Busy."}']
    with recording(busy, [sse_head(), BODY]) as server:
        assert read(server.url, retries=AGAIN) == EVENTS
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("head", "requests"),
    [
        (sse_head("500 Internal Server Error", "application/json"), 1),
        (sse_head("503 Busy", "application/json", "retry-after: 3600"), 1),
        (sse_head("503 Busy", "application/json"), 3),
    ],
)
def test_error_that_stays_carries_status_code_and_stream_id(head: bytes, requests: int, read: Read) -> None:
    body = b'{"detail": "Not today", "code": "c1", "id": "s2"}'
    with recording([head, body]) as server, pytest.raises(HttpError, match="Not today") as raised:
        read(server.url, retries=AGAIN)
    assert len(server.requests) == requests
    assert (raised.value.code, raised.value.stream_id) == ("c1", "s2")
    assert f"answered {raised.value.status}" in str(raised.value)


def test_error_whose_body_stalls_still_says_its_status(read: Read) -> None:
    parts: list[Part] = [sse_head("422 Unprocessable Entity", "application/json"), b'{"detail"', stall]
    with serving(parts) as url, pytest.raises(HttpError, match="422: Unprocessable Entity"):
        read(url, timeouts=Timeouts(read_seconds=0.1))


@pytest.mark.skipif(sys.platform != "linux", reason="Other systems refuse where Linux lets the caller wait.")
def test_connection_that_nobody_accepts_is_a_connect_timeout(read: Read) -> None:
    with _full_backlog() as url, pytest.raises(ConnectTimeout, match=r"within 0.1 s"):
        read(url, timeouts=Timeouts(connect_seconds=0.1), retries=ONCE)


@contextlib.contextmanager
def _full_backlog() -> Iterator[str]:
    with contextlib.ExitStack() as sockets:
        listener = sockets.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(4):
            waiting = sockets.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


# That the connection is closed is asserted by the server: its stall ends only then.


def test_leaving_the_context_closes_the_connection() -> None:
    with serving([sse_head(), STARTING, stall]) as url:
        with stream(url, "hi") as events:
            for event in events:
                assert event == Starting("s1")
                break
        assert list(events) == []


def test_error_in_the_context_closes_the_connection() -> None:
    with serving([sse_head(), STARTING, stall]) as url, pytest.raises(ZeroDivisionError), stream(url, "hi") as events:
        assert 1 / (next(events) != Starting("s1"))


def test_loop_that_is_left_closes_the_connection() -> None:
    with serving([sse_head(), STARTING, stall]) as url:
        for event in stream(url, "hi"):
            assert event == Starting("s1")
            break


@pytest.mark.anyio
async def test_leaving_the_async_context_closes_the_connection() -> None:
    with serving([sse_head(), STARTING, stall]) as url:
        async with astream(url, "hi") as events:
            assert await anext(events) == Starting("s1")
            assert events.stream_id == "s1"
            assert events.first_byte_seconds is not None


@pytest.mark.anyio
async def test_cancellation_closes_the_connection() -> None:
    arrived = asyncio.Event()

    async def read(url: str) -> None:
        async with astream(url, "hi") as events:
            async for _ in events:
                arrived.set()

    with serving([sse_head(), STARTING, stall]) as url:
        task = asyncio.create_task(read(url))
        await arrived.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


@pytest.mark.anyio
async def test_streams_run_side_by_side() -> None:
    with serving([sse_head(), STARTING, stall]) as waiting, serving([sse_head(), BODY]) as ready:
        async with astream(waiting, "hi") as first, astream(ready, "hi") as second:
            assert await anext(first) == Starting("s1")
            assert [event async for event in second] == EVENTS


def test_stream_that_is_never_read_sends_nothing() -> None:
    with recording([sse_head(), BODY]) as server, stream(server.url, "hi"):
        pass
    assert server.requests == []
