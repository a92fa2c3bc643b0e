"""The two ways an answer goes out: as it comes, or whole."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, Coroutine
from contextlib import AbstractAsyncContextManager
from http import HTTPStatus
from typing import TypeVar

from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from .answers.answer import Answer
from .answers.buffer import SILENCE
from .problems import Problem
from .protocols.events import (
    DEADLINE,
    DISCONNECTED,
    HEADERS,
    HEARTBEAT,
    INTERNAL,
    MEDIA_TYPE,
    SHUTDOWN,
    Ending,
    EventEncoder,
)
from .records.metric_names import COMPLETE
from .records.stream_record import StreamRecord

logger = logging.getLogger(__name__)

T = TypeVar("T")

RunningAnswer = AbstractAsyncContextManager[Answer]

_STATUS_OF_ENDING = {DEADLINE.outcome: HTTPStatus.GATEWAY_TIMEOUT, SHUTDOWN.outcome: HTTPStatus.SERVICE_UNAVAILABLE}


class EventStream(Response):
    """Owns the running answer, so that every way out of the response closes the source and writes the record."""

    media_type = MEDIA_TYPE

    def __init__(self, running: RunningAnswer, record: StreamRecord) -> None:
        self.status_code = HTTPStatus.OK
        self.background = None
        self.init_headers(HEADERS)
        self._running = running
        self._record = record
        self._ending = DISCONNECTED

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        ending = DISCONNECTED
        async with self._running as answer:
            try:
                if await unless_disconnected(self._send_all(answer, send), receive):
                    ending = self._ending
            finally:
                end_record(self._record, ending, answer)

    async def _send_all(self, answer: Answer, send: Send) -> bool:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        async with contextlib.aclosing(self._events(answer)) as events:
            async for event in events:
                await send({"type": "http.response.body", "body": event, "more_body": True})
                self._record.sent(event)
        await send({"type": "http.response.body", "body": b"", "more_body": False})
        return True

    async def _events(self, answer: Answer) -> AsyncGenerator[bytes]:
        encoder = EventEncoder()
        yield encoder.starting(self._record.stream_id)
        try:
            async for frame in answer:
                if frame == SILENCE:
                    yield HEARTBEAT
                    continue
                yield encoder.chunk(frame)
                self._record.sent_chunk(frame)
            self._ending = answer.ending or INTERNAL
            last = encoder.ending(self._ending)
        except Exception:
            logger.exception("The stream failed between source and wire.")
            self._ending = INTERNAL
            last = encoder.ending(self._ending)
        yield last


async def whole_answer(running: RunningAnswer, record: StreamRecord, *, receive: Receive) -> Response:
    """The answer as one JSON document. Raises Problem when it ends otherwise than complete."""
    async with running as answer:
        ending = DISCONNECTED
        try:
            frames = await unless_disconnected(_collect(answer, record), receive)
            if frames is not None:
                ending = answer.ending or INTERNAL
            return _document(record, ending, frames or [])
        finally:
            end_record(record, ending, answer)


def _document(record: StreamRecord, ending: Ending, frames: list[str]) -> Response:
    if ending is DISCONNECTED:
        # Nobody reads this; the status is the one that proxies log for a client that left.
        return Response(status_code=499)
    if ending.outcome != COMPLETE:
        status = _STATUS_OF_ENDING.get(ending.outcome, HTTPStatus.BAD_GATEWAY)
        raise Problem(status, str(ending.event["error"]), code=ending.code, id=record.stream_id)
    response = JSONResponse(
        {"id": record.stream_id, "text": "".join(frames), "chunks": len(frames), "status": "complete"},
        headers={"cache-control": "no-store"},
    )
    record.sent(bytes(response.body))
    return response


def end_record(record: StreamRecord, ending: Ending, answer: Answer) -> None:
    record.end(ending.outcome, code=ending.code, usage=answer.usage, queue_full_seconds=answer.queue_full_seconds)


async def _collect(answer: Answer, record: StreamRecord) -> list[str]:
    frames = []
    async for frame in answer:
        record.sent_chunk(frame)
        frames.append(frame)
    return frames


async def unless_disconnected(work: Coroutine[None, None, T], receive: Receive) -> T | None:
    working = asyncio.create_task(work)
    leaving = asyncio.create_task(_until_disconnected(receive))
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
        return working.result() if working.done() else None
    finally:
        working.cancel()
        leaving.cancel()
        await asyncio.wait({working, leaving})


async def _until_disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
