"""Litestar's own server-sent events, with ids. https://docs.litestar.dev/2/usage/responses.html"""

import json
from collections.abc import AsyncIterator

from generator import chunks
from litestar import Litestar, get
from litestar.response import ServerSentEvent, ServerSentEventMessage


@get("/healthz")
async def healthz() -> dict[str, str]:
    return {"status": "ok"}


@get("/stream")
async def stream(input: str) -> ServerSentEvent:  # noqa: A002  # its name in the query
    return ServerSentEvent(_messages(input))


async def _messages(prompt: str) -> AsyncIterator[ServerSentEventMessage]:
    number = 0
    async for chunk in chunks(prompt):
        number += 1
        yield ServerSentEventMessage(data=json.dumps({"chunk": chunk}), id=number)


app = Litestar([healthz, stream])
