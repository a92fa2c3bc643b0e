"""Mangum: FastAPI without a server inside Lambda's own Python runtime, which sends an answer when it is whole."""

import json
from collections.abc import AsyncIterator

from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from generator import pieces
from mangum import Mangum

app = FastAPI()


@app.get("/healthz")
async def healthz() -> dict[str, str]:
    return {"status": "ok"}


@app.get("/stream")
async def stream(events: int, size: int, interval_ms: float = 0) -> StreamingResponse:
    return StreamingResponse(_frames(events, size, interval_ms), media_type="text/event-stream")


async def _frames(events: int, size: int, interval_ms: float) -> AsyncIterator[str]:
    async for piece in pieces(events, size, interval_ms):
        yield f"data: {json.dumps({'chunk': piece})}\n\n"


handler = Mangum(app, lifespan="off")
