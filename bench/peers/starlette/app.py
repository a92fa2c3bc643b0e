"""The floor of its kind: Starlette's StreamingResponse over frames that are bytes already."""

from collections.abc import AsyncIterator

from generator import pieces
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, StreamingResponse
from starlette.routing import Route


async def healthz(request: Request) -> JSONResponse:
    return JSONResponse({"status": "ok"})


async def stream(request: Request) -> StreamingResponse:
    query = request.query_params
    work = (int(query["events"]), int(query["size"]), float(query.get("interval_ms", 0)))
    return StreamingResponse(_frames(*work), media_type="text/event-stream")


async def _frames(events: int, size: int, interval_ms: float) -> AsyncIterator[bytes]:
    frame = b'data: {"chunk": "' + b"x" * size + b'"}\n\n'
    async for _ in pieces(events, size, interval_ms):
        yield frame


app = Starlette(routes=[Route("/healthz", healthz), Route("/stream", stream)])
