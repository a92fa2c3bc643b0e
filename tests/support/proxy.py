"""What CloudFront is to the page: the same origin, in front of a function URL."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

# Of the connection to the next hop, and of the length that a stream does not have.
_HOP_BY_HOP = {"connection", "host", "keep-alive", "transfer-encoding", "content-length"}


class Proxy:
    """Passes every request on, and every part of the answer back as it comes."""

    def __init__(self, origin: httpx.AsyncClient) -> None:
        self._origin = origin

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        asked = self._origin.build_request(
            request.method,
            request.url.path,
            params=request.url.query,
            headers=[(name, value) for name, value in request.headers.items() if name not in _HOP_BY_HOP],
            content=await request.body(),
        )
        answered = await self._origin.send(asked, stream=True)
        headers = {name: value for name, value in answered.headers.items() if name not in _HOP_BY_HOP}
        response = StreamingResponse(
            _parts(answered), answered.status_code, headers, background=BackgroundTask(answered.aclose)
        )
        await response(scope, receive, send)


async def _parts(answered: httpx.Response) -> AsyncIterator[bytes]:
    async for part in answered.aiter_raw():
        yield part
