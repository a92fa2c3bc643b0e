"""FastAPI in the shape of the adapter's example for streaming: StreamingResponse over frames made by hand.

https://github.com/awslabs/aws-lambda-web-adapter/tree/main/examples/fastapi-response-streaming
"""

import json
from collections.abc import AsyncIterator

from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from generator import pieces

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
