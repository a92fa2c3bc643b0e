"""Mangum: FastAPI without a server inside Lambda's own Python runtime, which sends an answer when it is whole.

`python app.py PATH...` asks for each in turn, as the runtime would, and prints the length of its answer when it has it.
https://mangum.fastapiexpert.com/
"""

import json
import sys
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


def _event(path: str) -> dict[str, object]:
    """https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html"""
    path, _, query = path.partition("?")
    http = {"method": "GET", "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "bench"}
    context = {"http": http, "stage": "$default"}
    return {"version": "2.0", "rawPath": path, "rawQueryString": query, "headers": {}, "requestContext": context}


if __name__ == "__main__":
    for path in sys.argv[1:]:
        print(len(handler(_event(path), None)["body"]), flush=True)
