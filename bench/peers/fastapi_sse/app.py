"""FastAPI's own server-sent events, with ids. https://fastapi.tiangolo.com/tutorial/server-sent-events/"""

from collections.abc import AsyncIterable

from fastapi import FastAPI
from fastapi.sse import EventSourceResponse, ServerSentEvent
from generator import pieces

app = FastAPI()


@app.get("/healthz")
async def healthz() -> dict[str, str]:
    return {"status": "ok"}


@app.get("/stream", response_class=EventSourceResponse)
async def stream(events: int, size: int, interval_ms: float = 0) -> AsyncIterable[ServerSentEvent]:
    number = 0
    async for piece in pieces(events, size, interval_ms):
        number += 1
        yield ServerSentEvent(data={"chunk": piece}, id=str(number))
