"""The two ways an answer goes out: as it comes, or whole."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Coroutine
from contextlib import AbstractAsyncContextManager
from http import HTTPStatus

from sse_starlette import EventSourceResponse, ServerSentEvent
from sse_starlette.sse import AppStatus
from starlette.responses import JSONResponse, Response
from starlette.types import Message, Receive, Scope, Send

from .answer import Answer
from .events import DEADLINE, DISCONNECTED, HEADERS, INTERNAL, MEDIA_TYPE, SHUTDOWN, Ending, EventEncoder
from .metric_names import COMPLETE
from .problems import Problem
from .stream_record import StreamRecord

logger = logging.getLogger(__name__)

RunningAnswer = AbstractAsyncContextManager[Answer]

# Its drain cancels the stream, up to half a second late; ours lets the stream say goodbye at once (shutdown.py).
AppStatus.enable_automatic_graceful_drain = False

_PING = ServerSentEvent(comment="ping", sep="\n")
_STATUS_OF_ENDING = {DEADLINE.outcome: HTTPStatus.GATEWAY_TIMEOUT, SHUTDOWN.outcome: HTTPStatus.SERVICE_UNAVAILABLE}


class EventStream(EventSourceResponse):
    """Owns the running answer, so that every way out of the response closes the source and writes the record."""

    def __init__(self, running: RunningAnswer, record: StreamRecord, *, heartbeat_seconds: float) -> None:
        super().__init__(
            self._body(),
            headers=HEADERS,
            media_type=MEDIA_TYPE,
            sep="\n",
            ping=heartbeat_seconds,
            ping_message_factory=lambda: _PING,
        )
        # A hop-by-hop header has no meaning in front of Lambda, which renames it and passes it on.
        del self.headers["connection"]
        self._running = running
        self._record = record
        self._answer: Answer
        self._send: Send
        self._ending = DISCONNECTED

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_and_count(message: Message) -> None:
            await send(message)
            self._record.sent(message.get("body", b""))

        self._send = send
        async with self._running as self._answer:
            try:
                await super().__call__(scope, receive, send_and_count)
            finally:
                end_record(self._record, self._ending, self._answer)

    async def _body(self) -> AsyncIterator[bytes]:
        """The first event goes by sse-starlette; the others go past it, where it would take as long as the server.

        Half of that is a cancel scope around each send, for a time limit that is not set here (bench/warm.py).
        """
        async with contextlib.aclosing(self._events()) as events:
            yield await anext(events)
            async for event in events:
                await self._send({"type": "http.response.body", "body": event, "more_body": True})
                self._record.sent(event)

    async def _events(self) -> AsyncGenerator[bytes]:
        encoder = EventEncoder()
        yield encoder.starting(self._record.stream_id)
        ending = INTERNAL
        try:
            async for frame in self._answer:
                yield encoder.chunk(frame)
                self._record.sent_chunk(frame)
            ending = self._answer.ending or INTERNAL
            last = encoder.ending(ending)
        except Exception:
            logger.exception("The stream failed between source and wire.")
            ending = INTERNAL
            last = encoder.ending(ending)
        yield last
        self._ending = ending


async def whole_answer(running: RunningAnswer, record: StreamRecord, *, receive: Receive) -> Response:
    """The answer as one JSON document. Raises Problem when it ends otherwise than complete."""
    async with running as answer:
        ending = DISCONNECTED
        try:
            frames = await _unless_disconnected(_collect(answer, record), receive)
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


async def _unless_disconnected(work: Coroutine[None, None, list[str]], receive: Receive) -> list[str] | None:
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
