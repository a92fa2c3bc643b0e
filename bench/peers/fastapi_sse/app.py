"""FastAPI's own server-sent events, with ids. https://fastapi.tiangolo.com/tutorial/server-sent-events/"""

from collections.abc import AsyncIterable

from fastapi import FastAPI
from fastapi.sse import EventSourceResponse, ServerSentEvent
from generator import chunks

app = FastAPI()


@app.get("/healthz")
async def healthz() -> dict[str, str]:
    return {"status": "ok"}


@app.get("/stream", response_class=EventSourceResponse)
async def stream(input: str) -> AsyncIterable[ServerSentEvent]:  # noqa: A002  # its name in the query
    number = 0
    async for chunk in chunks(input):
        number += 1
        yield ServerSentEvent(data={"chunk": chunk}, id=str(number))
