"""The ASGI contract, driven by hand: no server, no client."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping

from starlette.types import ASGIApp, Message, Scope

from rehearsal.wire import Stream, read_stream


def http_scope(method: str, path: str, *, query: bytes = b"", headers: Mapping[str, str] | None = None) -> Scope:
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": query,
        "headers": [(name.encode(), value.encode()) for name, value in (headers or {}).items()],
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 80),
    }


class Exchange:
    """One request and what the application sends for it. `on_send` sees each message before it counts as sent."""

    def __init__(self, body: bytes = b"", *, on_send: Callable[[Message], object] | None = None) -> None:
        self._requests: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]
        self._on_send = on_send
        self._changed = asyncio.Event()
        self.disconnected = asyncio.Event()
        self.messages: list[Message] = []

    async def receive(self) -> Message:
        if self._requests:
            return self._requests.pop(0)
        await self.disconnected.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        if self._on_send:
            self._on_send(message)
        self.messages.append(message)
        self._changed.set()

    async def run(self, app: ASGIApp, scope: Scope) -> None:
        await app(scope, self.receive, self.send)

    async def until_sent(self, text: bytes) -> None:
        while text not in self.body:
            self._changed.clear()
            await self._changed.wait()

    @property
    def status(self) -> int:
        assert self.messages[0]["type"] == "http.response.start"
        return int(self.messages[0]["status"])

    @property
    def headers(self) -> dict[str, str]:
        return {name.decode(): value.decode() for name, value in self.messages[0]["headers"]}

    @property
    def body(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.messages[1:])

    @property
    def stream(self) -> Stream:
        return read_stream(self.body)

    @property
    def json(self) -> dict[str, object]:
        document = json.loads(self.body)
        assert isinstance(document, dict)
        return document


async def post(app: ASGIApp, path: str, prompt: str, *, headers: Mapping[str, str] | None = None) -> Exchange:
    exchange = Exchange(json.dumps({"input": prompt}).encode())
    await exchange.run(app, http_scope("POST", path, headers={"content-type": "application/json", **(headers or {})}))
    return exchange
