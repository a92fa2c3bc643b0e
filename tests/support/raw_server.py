"""A server that says exactly what a test wants, well-formed or not."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from rehearsal.waiting import PATIENCE_SECONDS

#: One write, or something that happens to the connection instead of one.
Part = bytes | Callable[[socket.socket], object]


def sse_head(status: str = "200 OK", content_type: str = "text/event-stream; charset=utf-8", *extra: str) -> bytes:
    """No length and no chunks: the body ends with the connection."""
    lines = (f"HTTP/1.1 {status}", f"content-type: {content_type}", "connection: close", *extra)
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def pause(seconds: float) -> Part:
    """For what is measured in time; wait for a condition everywhere else."""
    return lambda connection: time.sleep(seconds)


def stall(connection: socket.socket) -> None:
    """Says nothing more until the client goes."""
    with contextlib.suppress(ConnectionError):
        while connection.recv(4096):
            pass


def reset(connection: socket.socket) -> None:
    """Closes with RST instead of FIN, once what was sent has arrived."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@dataclass(frozen=True)
class Received:
    """A request as it came, byte for byte."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


@dataclass
class RawServer:
    url: str
    requests: list[Received] = field(default_factory=list)


@contextlib.contextmanager
def serving(*answers: Sequence[Part]) -> Iterator[str]:
    """Yields the root URL of a server that answers with the parts, one write each, and hangs up.

    Of several answers each request gets the next one, and the last is for all that follow.
    """
    with recording(*answers) as server:
        yield server.url


@contextlib.contextmanager
def recording(*answers: Sequence[Part]) -> Iterator[RawServer]:
    """The same, and keeps the requests."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = RawServer(f"http://127.0.0.1:{listener.getsockname()[1]}")
        thread = threading.Thread(target=_serve, args=(listener, server, answers), name="raw-server")
        thread.start()
        try:
            yield server
        finally:
            # Wakes accept(); closing alone does not, on Linux.
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(PATIENCE_SECONDS)
            assert not thread.is_alive(), "The client did not close its connection."


def _serve(listener: socket.socket, server: RawServer, answers: Sequence[Sequence[Part]]) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection, contextlib.suppress(ConnectionError):
            # One write is one packet, so that a test decides where the bytes part.
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if (request := _read_request(connection)) is None:
                continue
            server.requests.append(request)
            for part in answers[min(len(server.requests), len(answers)) - 1]:
                if isinstance(part, bytes):
                    connection.sendall(part)
                else:
                    part(connection)


def _read_request(connection: socket.socket) -> Received | None:
    with connection.makefile("rb") as reader:
        method, _, rest = reader.readline().decode("latin-1").strip().partition(" ")
        headers = {}
        while line := reader.readline().decode("latin-1").strip():
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        body = reader.read(int(headers.get("content-length", 0)))
    return Received(method, rest.rpartition(" ")[0], headers, body) if method else None
