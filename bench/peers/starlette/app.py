"""The floor of its kind: Starlette's StreamingResponse over frames that are bytes already."""

import json
from collections.abc import AsyncIterator

from generator import chunks
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, StreamingResponse
from starlette.routing import Route


async def healthz(request: Request) -> JSONResponse:
    return JSONResponse({"status": "ok"})


async def stream(request: Request) -> StreamingResponse:
    return StreamingResponse(_frames(request.query_params["input"]), media_type="text/event-stream")


async def _frames(prompt: str) -> AsyncIterator[bytes]:
    frame = b'data: {"chunk": "' + b"x" * json.loads(prompt)["size"] + b'"}\n\n'
    async for _ in chunks(prompt):
        yield frame


app = Starlette(routes=[Route("/healthz", healthz), Route("/stream", stream)])
