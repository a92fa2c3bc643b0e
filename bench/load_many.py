"""The client of the bench for many streams at once."""

from __future__ import annotations

import asyncio
import contextlib
import resource
from collections.abc import AsyncIterator, Callable, Sequence

from .load import Reception, request_for

# Of this process and of the servers that it starts from now on.
_OPEN_FILES = 4096


class Connection(asyncio.Protocol):
    """Takes one request after the other."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport
        self._reception: Reception
        self._finished: asyncio.Future[None]

    @classmethod
    async def open(cls, port: int) -> Connection:
        _, connection = await asyncio.get_running_loop().create_connection(cls, "127.0.0.1", port)
        return connection

    async def ask(self, path: str) -> Reception:
        """Until the answer is whole. Raises ConnectionError when the connection ends before."""
        request, head = request_for(path)
        self._finished = asyncio.get_running_loop().create_future()
        self._reception = Reception(request)
        self._transport.write(head)
        await self._finished
        return self._reception

    def close(self) -> None:
        self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._reception.add(data)
        if self._reception.is_whole:
            self._finished.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._finished.done():
            self._finished.set_exception(exc or ConnectionError("Expected a whole answer, got the connection's end."))


def allow_many_connections() -> None:
    """Raises RuntimeError where the machine allows fewer."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most != resource.RLIM_INFINITY and most < _OPEN_FILES:
        raise RuntimeError(f"Expected {_OPEN_FILES} open files to be allowed, got {most}: raise `ulimit -Hn`.")
    resource.setrlimit(resource.RLIMIT_NOFILE, (_OPEN_FILES, most))


def read_at_once(port: int, path: str, streams: int) -> Sequence[Reception]:
    """Each on a connection of its own, all asked for in the same moment."""

    async def read() -> Sequence[Reception]:
        async with _connections(port, streams) as connections:
            return await asyncio.gather(*(connection.ask(path) for connection in connections))

    return asyncio.run(read())


def read_in_turn(port: int, path: str, streams: int, *, at_once: int, each: Callable[[Reception], None]) -> None:
    """So many in all, over so many connections that each take the next stream when they have read one."""

    async def read_some(connection: Connection, count: int) -> None:
        for _ in range(count):
            each(await connection.ask(path))

    async def read() -> None:
        async with _connections(port, at_once) as connections:
            await asyncio.gather(*(read_some(connection, streams // at_once) for connection in connections))

    asyncio.run(read())


@contextlib.asynccontextmanager
async def _connections(port: int, count: int) -> AsyncIterator[Sequence[Connection]]:
    connections = [await Connection.open(port) for _ in range(count)]
    try:
        yield connections
    finally:
        for connection in connections:
            connection.close()
