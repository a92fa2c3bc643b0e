"""Bedrock's ConverseStream endpoint on a loopback port, following the script that a test gives it."""

from __future__ import annotations

import contextlib
import json
import select
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

from rehearsal.waiting import PATIENCE_SECONDS

from .eventstream import start, stop, text

#: A client that takes nothing for this long has stopped reading.
_STALL_SECONDS = 0.5


class ModelCall:
    """One request, and the answer that the script writes."""

    def __init__(self, handler: BaseHTTPRequestHandler) -> None:
        self._handler = handler
        self._connection: socket.socket = handler.connection
        self.path = unquote(handler.path)
        self.authorization = handler.headers["authorization"]
        self.request: dict[str, Any] = json.loads(handler.rfile.read(int(handler.headers["content-length"])))
        self.sent_bytes = 0
        self.stalled = threading.Event()
        self.closed = threading.Event()

    def refuse(self, status: int, code: str, text: str) -> None:
        body = json.dumps({"message": text}).encode()
        self._handler.send_response(status)
        self._handler.send_header("x-amzn-errortype", code)
        self._handler.send_header("content-type", "application/json")
        self._handler.send_header("content-length", str(len(body)))
        self._handler.end_headers()
        self._handler.wfile.write(body)

    def open(self) -> None:
        self._handler.send_response(200)
        self._handler.send_header("content-type", "application/vnd.amazon.eventstream")
        self._handler.send_header("transfer-encoding", "chunked")
        self._handler.end_headers()

    def send(self, frames: bytes, *, write_bytes: int | None = None) -> None:
        """One HTTP chunk, in TCP writes of `write_bytes`."""
        chunk = b"%x\r\n%b\r\n" % (len(frames), frames)
        step = write_bytes or len(chunk)
        for begin in range(0, len(chunk), step):
            self._connection.sendall(chunk[begin : begin + step])
        self.sent_bytes += len(frames)

    def flood(self, frame: bytes, *, total_bytes: int) -> None:
        """Sends the frame again and again; says `stalled` when the client stops taking it."""
        self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 64 * 1024)
        chunk = b"%x\r\n%b\r\n" % (len(frame), frame)
        while self.sent_bytes < total_bytes:
            rest = memoryview(chunk)
            while rest:
                rest = rest[self._send_when_there_is_room(rest) :]
            self.sent_bytes += len(frame)

    def finish(self) -> None:
        self._connection.sendall(b"0\r\n\r\n")

    def cut(self) -> None:
        self._connection.shutdown(socket.SHUT_RDWR)

    def until_closed(self) -> None:
        """Holds the answer open until the client closes the connection."""
        self._connection.settimeout(PATIENCE_SECONDS)
        with contextlib.suppress(ConnectionError):
            assert self._connection.recv(1) == b""
        self.closed.set()

    def _send_when_there_is_room(self, data: memoryview) -> int:
        if not select.select([], [self._connection], [], _STALL_SECONDS)[1]:
            self.stalled.set()
        return self._connection.send(data)


Script = Callable[[ModelCall], None]


def answer_with(*frames: bytes) -> Script:
    """A whole answer, frame by frame, one HTTP chunk each."""

    def script(call: ModelCall) -> None:
        call.open()
        for frame in frames:
            call.send(frame)
        call.finish()

    return script


def say_then_think(call: ModelCall) -> None:
    """One word, and then silence until the client goes away."""
    call.open()
    call.send(start() + text("word"))
    call.until_closed()


class ModelServer(ThreadingHTTPServer):
    # Joined at the end, which every script reaches once its connection is closed.
    daemon_threads = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.script: Script = answer_with(start(), text("word"), stop())
        self.calls: list[ModelCall] = []
        self._connections: list[socket.socket] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def only(self) -> ModelCall:
        (call,) = self.calls
        return call

    def reset(self) -> None:
        """Closes what the last test left, and forgets it."""
        for connection in self._connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._connections.clear()
        self.calls.clear()

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._connections.append(connection)
        return connection, address

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that leaves while the script writes is what many of these tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: ModelServer

    def do_POST(self) -> None:
        call = ModelCall(self)
        self.server.calls.append(call)
        try:
            self.server.script(call)
        except ConnectionError:
            call.closed.set()
            raise

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Quiet: the tests read the calls."""


@contextlib.contextmanager
def running_model() -> Iterator[ModelServer]:
    with ModelServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, name="model")
        thread.start()
        yield server
        server.reset()
        server.shutdown()
        thread.join()
