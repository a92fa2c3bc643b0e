"""An HTTP/1.1 server which shows what ASGI hides: chunks as they come, trailers, a peer that leaves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable
from contextlib import suppress
from typing import Any, TypeVar

import h11

from .errors import PayloadTooLarge
from .racing import Interrupted, unless

Headers = Iterable[tuple[str, str]]
Handler = Callable[["Exchange"], Awaitable[None]]
T = TypeVar("T")

_READ_BYTES = 64 * 1024


class PeerLeft(ConnectionError):
    pass


class TruncatedBody(ConnectionError):
    pass


class _Reader(asyncio.StreamReader):
    """Tells that the peer has gone while nobody reads."""

    def __init__(self) -> None:
        super().__init__()
        self.gone = asyncio.Event()

    def feed_eof(self) -> None:
        self.gone.set()
        super().feed_eof()

    def set_exception(self, exc: Exception) -> None:
        self.gone.set()
        super().set_exception(exc)


class _Connection:
    def __init__(self, reader: _Reader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self._writer = writer
        self._machine = h11.Connection(h11.SERVER)

    async def receive(self) -> h11.Event:
        while True:
            event = self._machine.next_event()
            if isinstance(event, h11.Event):
                return event
            if event is h11.PAUSED:
                raise PeerLeft("The peer sent a request before its last one was answered")
            if self._machine.they_are_waiting_for_100_continue:
                await self.send(h11.InformationalResponse(status_code=100, headers=[]))
            self._machine.receive_data(await self.reader.read(_READ_BYTES))

    async def send(self, event: h11.Event) -> None:
        if self.reader.gone.is_set():
            raise PeerLeft("The peer closed the connection before the answer was complete")
        if data := self._machine.send(event):
            self._writer.write(data)
            await self._writer.drain()

    async def serve(self, handle: Handler) -> None:
        while isinstance(request := await self._request(), h11.Request):
            exchange = Exchange(self, request)
            await handle(exchange)
            await exchange.discard_body()
            if self._machine.our_state is not h11.DONE or self._machine.their_state is not h11.DONE:
                return
            self._machine.start_next_cycle()

    async def _request(self) -> h11.Event | None:
        try:
            return await self.receive()
        except h11.RemoteProtocolError as error:
            if self._machine.our_state in {h11.IDLE, h11.SEND_RESPONSE} and not self.reader.gone.is_set():
                await self.send(h11.Response(status_code=error.error_status_hint, headers=[]))
                await self.send(h11.EndOfMessage())
            return None

    async def close(self) -> None:
        self._writer.close()
        with suppress(ConnectionError):
            await self._writer.wait_closed()

    def abort(self) -> None:
        self._writer.transport.abort()


class Exchange:
    """One request and its answer."""

    def __init__(self, connection: _Connection, request: h11.Request) -> None:
        self._connection = connection
        self._complete = False
        self.method = request.method.decode("ascii")
        self.target = request.target.decode("ascii")
        self.http_version = request.http_version.decode("ascii")
        self.headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers]
        self.trailers: dict[str, str] = {}

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        return self.target.partition("?")[2]

    @property
    def peer_left(self) -> bool:
        return self._connection.reader.gone.is_set()

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key == name.lower()), None)

    async def chunks(self) -> AsyncIterator[bytes]:
        while not self._complete:
            try:
                event = await self._connection.receive()
            except (h11.RemoteProtocolError, ConnectionError) as error:
                raise TruncatedBody("The peer closed the connection before its body was complete") from error
            if isinstance(event, h11.Data):
                yield bytes(event.data)
            elif isinstance(event, h11.EndOfMessage):
                self.trailers = {name.decode(): value.decode("latin-1") for name, value in event.headers}
                self._complete = True

    async def body(self, limit: int | None = None) -> bytes:
        body = bytearray()
        async for chunk in self.chunks():
            body += chunk
            if limit is not None and len(body) > limit:
                raise PayloadTooLarge(f"Expected a body of at most {limit!r} bytes, got more; send less")
        return bytes(body)

    async def discard_body(self) -> None:
        async for _ in self.chunks():
            pass

    async def while_connected(self, work: Coroutine[Any, Any, T]) -> T:
        try:
            return await unless(self._connection.reader.gone, work)
        except Interrupted as interruption:
            raise PeerLeft("The peer closed the connection while it waited for an answer") from interruption

    async def start(self, status: int, headers: Headers = ()) -> None:
        encoded = [(name.encode(), value.encode()) for name, value in headers]
        await self._connection.send(h11.Response(status_code=status, headers=encoded))

    async def send(self, data: bytes) -> None:
        await self._connection.send(h11.Data(data=data))

    async def end(self) -> None:
        await self._connection.send(h11.EndOfMessage())

    async def answer(self, status: int, body: bytes = b"", headers: Headers = ()) -> None:
        await self.start(status, [*headers, ("content-length", str(len(body)))])
        if self.method != "HEAD" and body:
            await self.send(body)
        await self.end()


class Server:
    """Serves on a free port of the loopback interface.

    A handler that fails is a bug of the emulator: its connection is closed and the error raised again at
    the end. (A TaskGroup would wrap the failed assertion of a test into an exception group.)
    """

    def __init__(self, handle: Handler) -> None:
        self._handle = handle
        self._connections: dict[asyncio.Task[None], _Connection] = {}
        self._failures: list[Exception] = []
        self._server: asyncio.Server | None = None

    @property
    def authority(self) -> str:
        assert self._server, "Expected an open server; open it first"
        host, port = self._server.sockets[0].getsockname()
        return f"{host}:{port}"

    async def open(self) -> None:
        # In two steps, so that there is something to close when the second one is cancelled.
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._protocol, "127.0.0.1", 0, start_serving=False)
        await self._server.start_serving()

    async def close(self) -> None:
        if self._server is None:
            return
        self._server.close()
        for task, connection in list(self._connections.items()):
            connection.abort()
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)
        await self._server.wait_closed()
        failures, self._failures = self._failures, []
        if failures:
            raise ExceptionGroup("The emulator failed while it handled requests", failures)

    def _protocol(self) -> asyncio.StreamReaderProtocol:
        reader = _Reader()

        def connected(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            connection = _Connection(reader, writer)
            task = asyncio.get_running_loop().create_task(self._serve(connection))
            self._connections[task] = connection
            task.add_done_callback(self._connections.pop)

        return asyncio.StreamReaderProtocol(reader, connected)

    async def _serve(self, connection: _Connection) -> None:
        try:
            await connection.serve(self._handle)
        except ConnectionError:
            connection.abort()
        except Exception as error:
            self._failures.append(error)
            connection.abort()
        finally:
            await connection.close()
