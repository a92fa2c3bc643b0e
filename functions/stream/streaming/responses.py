"""The two responses of an answer: a stream of events, or one document.

docs/architecture.md, deviation 5.
"""

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
from .answers.endings import DEADLINE, INTERNAL, SHUTDOWN, Ending
from .problems import problem_document
from .protocols.events import HEADERS, HEARTBEAT, MEDIA_TYPE, EventEncoder
from .records.stream_record import StreamRecord

logger = logging.getLogger(__name__)

#: Entering it opens the source, and may raise Problem; leaving it closes the source and writes the record.
RunningAnswer = AbstractAsyncContextManager[tuple[Answer, StreamRecord]]

#: The end of a response waits this long for its source to close, because the host may freeze the process after it.
CLOSE_GRACE_SECONDS = 0.25

_STATUS_OF_ENDING = {DEADLINE.outcome: HTTPStatus.GATEWAY_TIMEOUT, SHUTDOWN.outcome: HTTPStatus.SERVICE_UNAVAILABLE}
_T = TypeVar("_T")


class EventStream(Response):
    """Sends an answer as server-sent events, each of them in one message."""

    media_type = MEDIA_TYPE

    def __init__(self, running: RunningAnswer, encoder: EventEncoder) -> None:
        self.status_code = HTTPStatus.OK
        self.background = None
        self.init_headers(HEADERS)
        self._running = running
        self._encoder = encoder

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with self._running as (answer, record):
            await unless_disconnected(self._send_all(answer, record, send), receive)

    async def _send_all(self, answer: Answer, record: StreamRecord, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        async with contextlib.aclosing(_events(answer, record, self._encoder)) as events:
            async for event in events:
                await send({"type": "http.response.body", "body": event, "more_body": True})
                record.sent(event)
        await _finish(answer, record)
        await send({"type": "http.response.body", "body": b"", "more_body": False})


class WholeAnswer(Response):
    """Sends an answer as one JSON document, or as a problem document if the answer is not complete."""

    def __init__(self, running: RunningAnswer) -> None:
        self.background = None
        self._running = running

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with self._running as (answer, record):
            frames = await unless_disconnected(_collect(answer, record), receive)
            if frames is None:
                # No client reads this; proxies log this status for a client that left.
                await Response(status_code=499)(scope, receive, send)
                return
            ending = answer.ending or INTERNAL
            response = _document(record.stream_id, ending, frames)
            record.sent(bytes(response.body) if ending.code is None else b"")
            record.delivered(ending.outcome, ending.code)
            await _finish(answer, record)
            await response(scope, receive, send)


async def _events(answer: Answer, record: StreamRecord, encoder: EventEncoder) -> AsyncGenerator[bytes]:
    yield encoder.starting(record.stream_id)
    try:
        async for frame in answer:
            if frame is SILENCE:
                yield HEARTBEAT
                record.sent_heartbeat()
                continue
            yield encoder.chunk(frame)
            record.sent_chunk(frame)
        ending = answer.ending or INTERNAL
        last = encoder.ending(ending)
    except Exception:
        logger.exception("The stream failed between source and wire.")
        ending = INTERNAL
        last = encoder.ending(ending)
    yield last
    record.delivered(ending.outcome, ending.code)


async def _collect(answer: Answer, record: StreamRecord) -> list[str]:
    frames = []
    async for frame in answer:
        record.sent_chunk(frame)
        frames.append(frame)
    return frames


async def _finish(answer: Answer, record: StreamRecord) -> None:
    """Does what has to be done before the last message of a response: after it the host may stop the process."""
    await answer.closed(CLOSE_GRACE_SECONDS)
    record.write()


def _document(stream_id: str, ending: Ending, frames: list[str]) -> Response:
    if ending.code is not None:
        status = _STATUS_OF_ENDING.get(ending.outcome, HTTPStatus.BAD_GATEWAY)
        return problem_document(status, ending.message, code=ending.code, id=stream_id)
    return JSONResponse(
        {"id": stream_id, "text": "".join(frames), "chunks": len(frames), "status": "complete"},
        headers={"cache-control": "no-store"},
    )


async def unless_disconnected(work: Coroutine[None, None, _T], receive: Receive) -> _T | None:
    """Returns what the work returns, or cancels it when the client leaves, and returns None."""
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
