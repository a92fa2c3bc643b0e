"""A server that says exactly what a test wants, well-formed or not."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator, Sequence


def sse_head(status: str = "200 OK", content_type: str = "text/event-stream; charset=utf-8") -> bytes:
    """No length and no chunks: the body ends with the connection."""
    return f"HTTP/1.1 {status}\r\ncontent-type: {content_type}\r\nconnection: close\r\n\r\n".encode()


@contextlib.contextmanager
def serving(parts: Sequence[bytes]) -> Iterator[str]:
    """Yields the root URL of a server that answers every request with the parts, one write each, and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_serve, args=(listener, parts))
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            # Wakes accept(); closing alone does not, on Linux.
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def _serve(listener: socket.socket, parts: Sequence[bytes]) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection:
            _read_request(connection)
            for part in parts:
                connection.sendall(part)


def _read_request(connection: socket.socket) -> None:
    with connection.makefile("rb") as reader:
        length = 0
        while (line := reader.readline().strip().lower()) != b"":
            if line.startswith(b"content-length:"):
                length = int(line.partition(b":")[2])
        reader.read(length)
