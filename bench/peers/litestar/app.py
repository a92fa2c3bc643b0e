"""Litestar's own server-sent events, with ids. https://docs.litestar.dev/2/usage/responses.html"""

import json
from collections.abc import AsyncIterator

from generator import pieces
from litestar import Litestar, get
from litestar.response import ServerSentEvent, ServerSentEventMessage


@get("/healthz")
async def healthz() -> dict[str, str]:
    return {"status": "ok"}


@get("/stream")
async def stream(events: int, size: int, interval_ms: float = 0) -> ServerSentEvent:
    return ServerSentEvent(_messages(events, size, interval_ms))


async def _messages(events: int, size: int, interval_ms: float) -> AsyncIterator[ServerSentEventMessage]:
    number = 0
    async for piece in pieces(events, size, interval_ms):
        number += 1
        yield ServerSentEventMessage(data=json.dumps({"chunk": piece}), id=number)


app = Litestar([healthz, stream])
