from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import pytest

from rehearsal.emulator.errors import PayloadTooLarge
from rehearsal.emulator.http11 import Exchange, PeerLeft, Server, TruncatedBody
from rehearsal.waiting import PATIENCE_SECONDS
from tests.emulator.support import run

Handler = Callable[[Exchange], Awaitable[None]]


@asynccontextmanager
async def connected(handle: Handler) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    server = Server(handle)
    await server.open()
    reader, writer = await asyncio.open_connection(*server.authority.split(":"))
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            yield reader, writer
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
        await server.close()


async def echo(exchange: Exchange) -> None:
    await exchange.answer(200, await exchange.body())


def test_two_requests_share_a_connection() -> None:
    async def test() -> None:
        async with connected(echo) as (reader, writer):
            for body in (b"one", b"two"):
                writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n" + body)
                head = await reader.readuntil(b"\r\n\r\n")
                assert head.startswith(b"HTTP/1.1 200")
                assert await reader.readexactly(3) == body

    run(test())


def test_a_body_that_nobody_read_does_not_become_the_next_request() -> None:
    async def handle(exchange: Exchange) -> None:
        await exchange.answer(200, exchange.path.encode())

    async def test() -> None:
        async with connected(handle) as (reader, writer):
            for path in (b"/one", b"/two"):
                writer.write(b"POST " + path + b" HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc")
                await reader.readuntil(b"\r\n\r\n")
                assert await reader.readexactly(4) == path

    run(test())


def test_a_client_may_ask_before_it_sends_its_body() -> None:
    async def test() -> None:
        async with connected(echo) as (reader, writer):
            writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n")
            assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 100")
            writer.write(b"abc")
            assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")

    run(test())


def test_chunks_and_trailers_are_visible() -> None:
    seen: list[object] = []

    async def handle(exchange: Exchange) -> None:
        seen.extend([chunk async for chunk in exchange.chunks()])
        seen.append(exchange.trailers)
        await exchange.answer(200)

    async def test() -> None:
        async with connected(handle) as (reader, writer):
            writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
            writer.write(b"3\r\none\r\n3\r\ntwo\r\n0\r\nX-Late: yes\r\n\r\n")
            await reader.readuntil(b"\r\n\r\n")
        assert seen == [b"one", b"two", {"x-late": "yes"}]

    run(test())


@pytest.mark.parametrize("request_bytes", [b"no HTTP\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n"])
def test_what_is_not_http_is_answered_with_400(request_bytes: bytes) -> None:
    async def test() -> None:
        async with connected(echo) as (reader, writer):
            writer.write(request_bytes)
            assert (await reader.read()).startswith(b"HTTP/1.1 400")

    run(test())


def test_a_long_poll_ends_when_its_client_leaves() -> None:
    async def test() -> None:
        polling, left = asyncio.Event(), asyncio.Event()

        async def handle(exchange: Exchange) -> None:
            polling.set()
            try:
                await exchange.while_connected(asyncio.Event().wait())
            except PeerLeft:
                left.set()
                raise

        async with connected(handle) as (_, writer):
            writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            await polling.wait()
            writer.close()
            await left.wait()
        assert left.is_set()

    run(test())


def test_a_body_that_breaks_off_is_no_body() -> None:
    failures: list[Exception] = []

    async def test() -> None:
        failed = asyncio.Event()

        async def handle(exchange: Exchange) -> None:
            try:
                await exchange.body()
            except TruncatedBody as error:
                failures.append(error)
                failed.set()
                raise

        async with connected(handle) as (_, writer):
            writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\na")
            writer.write_eof()
            await failed.wait()
        assert len(failures) == 1

    run(test())


def test_a_body_over_the_limit_is_refused() -> None:
    async def handle(exchange: Exchange) -> None:
        with pytest.raises(PayloadTooLarge, match="at most 2 bytes"):
            await exchange.body(limit=2)
        await exchange.answer(413)

    async def test() -> None:
        async with connected(handle) as (reader, writer):
            writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc")
            assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 413")

    run(test())


def test_a_handler_that_fails_is_reported_at_the_end() -> None:
    async def handle(_: Exchange) -> None:
        raise ValueError("a bug")

    async def request() -> None:
        async with connected(handle) as (reader, writer):
            writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            with suppress(ConnectionError):
                assert await reader.read() == b""

    with pytest.raises(ExceptionGroup, match="The emulator failed") as caught:
        run(request())
    assert [str(error) for error in caught.value.exceptions] == ["a bug"]
