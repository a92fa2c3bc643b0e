"""FastAPI in the shape of the adapter's example for streaming: StreamingResponse over frames made by hand.

https://github.com/awslabs/aws-lambda-web-adapter/tree/main/examples/fastapi-response-streaming
"""

import json
from collections.abc import AsyncIterator

from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from generator import chunks

app = FastAPI()


@app.get("/healthz")
async def healthz() -> dict[str, str]:
    return {"status": "ok"}


@app.get("/stream")
async def stream(input: str) -> StreamingResponse:  # noqa: A002  # its name in the query
    return StreamingResponse(_frames(input), media_type="text/event-stream")


async def _frames(prompt: str) -> AsyncIterator[str]:
    async for chunk in chunks(prompt):
        yield f"data: {json.dumps({'chunk': chunk})}\n\n"
