from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from ..errors import PayloadTooLarge, TooManyRequests
from ..http11 import Exchange, Server
from ..invocation import Identity, Invocation
from ..service import LambdaService
from .events import EventBuilder

Responder = Callable[[Exchange, Invocation, LambdaService], Awaitable[None]]

# Hop-by-hop headers of the function do not reach the client.
DROPPED = frozenset({"keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"})


@dataclass(frozen=True)
class Reply:
    """A whole answer."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...] = (("content-type", "application/json"),)

    async def send(self, exchange: Exchange, *headers: tuple[str, str]) -> None:
        await exchange.answer(self.status, self.body, [*self.headers, *headers])


@dataclass(frozen=True)
class FrontEnd:
    build_event: EventBuilder
    respond: Responder
    accepts_stream: bool
    too_large: Reply
    too_many: Reply

    async def handle(self, exchange: Exchange, service: LambdaService, body_limit: int) -> None:
        try:
            body = await exchange.body(body_limit)
            identity = Identity()
            event = self.build_event(exchange, body, service.function, identity)
            text = json.dumps(event, ensure_ascii=False).encode()
            invocation = service.invoke(text, accepts_stream=self.accepts_stream, identity=identity)
        except PayloadTooLarge:
            await self.too_large.send(exchange)
        except TooManyRequests:
            await self.too_many.send(exchange)
        else:
            await self.respond(exchange, invocation, service)


@asynccontextmanager
async def serving(front_end: FrontEnd, service: LambdaService, body_limit: int) -> AsyncIterator[str]:
    """Yields the address, http://HOST:PORT."""

    async def handle(exchange: Exchange) -> None:
        await front_end.handle(exchange, service, body_limit)

    server = Server(handle)
    try:
        await server.open()
        yield f"http://{server.authority}"
    finally:
        await server.close()
