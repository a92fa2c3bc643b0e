"""A server on loopback that answers GET with JSON."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TypeVar

from rehearsal.waiting import PATIENCE_SECONDS


class JsonServer(ThreadingHTTPServer):
    """`paths` are those asked for."""

    daemon_threads = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.paths: list[str] = []
        self.is_down = False
        #: Cleared, answers wait for it.
        self.may_answer = threading.Event()
        self.may_answer.set()

    def document(self, path: str) -> object:
        raise NotImplementedError


class _Handler(BaseHTTPRequestHandler):
    server: JsonServer

    def do_GET(self) -> None:
        self.server.paths.append(self.path)
        self.server.may_answer.wait(PATIENCE_SECONDS)
        body = json.dumps(self.server.document(self.path)).encode()
        self.send_response(503 if self.server.is_down else 200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Quiet: the tests read the paths."""


Served = TypeVar("Served", bound=JsonServer)


@contextlib.contextmanager
def running(server: Served) -> Iterator[Served]:
    with server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, name="json-server")
        thread.start()
        try:
            yield server
        finally:
            server.may_answer.set()
            server.shutdown()
            thread.join()
