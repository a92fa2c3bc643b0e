"""The endpoints, and how a request becomes an answer.

A request flows route -> validate -> open the source -> join chunks into frames -> encode -> wire.
"""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import AsyncIterator, Callable, Mapping
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from .answers.answer import Answer, NotOpened
from .answers.buffer import FrameBuffer
from .answers.endings import INTERNAL
from .answers.shutdown import Shutdown
from .invocation import Invocation
from .logs import log_fields
from .problems import Problem
from .protocols.events import HEADERS, MEDIA_TYPE
from .protocols.prompts import read_prompt
from .records.stream_record import StreamRecord, StreamRecords
from .responses import EventStream, WholeAnswer
from .settings import Settings
from .sources import Source, SourceRefused

logger = logging.getLogger(__name__)

_RETRY_SLOW_START_SECONDS = 5


class Service:
    """The endpoints over one source."""

    def __init__(
        self,
        settings: Settings,
        source: Source,
        *,
        records: StreamRecords,
        shutdown: Shutdown,
        read_invocation: Callable[[Mapping[str, str]], Invocation],
    ) -> None:
        self._settings = settings
        self._source = source
        self._records = records
        self._shutdown = shutdown
        self._read_invocation = read_invocation

    @property
    def routes(self) -> list[Route]:
        return [
            Route("/stream", self.stream, methods=["GET", "POST"]),
            Route("/generate", self.generate, methods=["POST"]),
            Route("/healthz", healthz),
            Route("/events", events, methods=["POST"]),
        ]

    async def stream(self, request: Request) -> Response:
        if request.method != "POST" and "last-event-id" in request.headers:
            # An EventSource that reconnects after the end: this status is how the server tells it to stop.
            # https://html.spec.whatwg.org/multipage/server-sent-events.html#server-sent-events-intro
            return Response(status_code=HTTPStatus.NO_CONTENT)
        prompt = await read_prompt(request, max_bytes=self._settings.max_input_bytes)
        if request.method == "HEAD":
            return Response(headers=HEADERS, media_type=MEDIA_TYPE)
        return EventStream(self._run(request, prompt, silence_seconds=self._settings.heartbeat_seconds))

    async def generate(self, request: Request) -> Response:
        prompt = await read_prompt(request, max_bytes=self._settings.max_input_bytes)
        return WholeAnswer(self._run(request, prompt))

    def restored(self) -> None:
        """The next stream is the first of an environment, although not of this process."""
        self._records.is_cold = True

    @contextlib.asynccontextmanager
    async def _run(
        self, request: Request, prompt: str, *, silence_seconds: float | None = None
    ) -> AsyncIterator[tuple[Answer, StreamRecord]]:
        """Opens the source before anything is sent, so that its refusal is still an HTTP error, raised as Problem."""
        invocation = self._read_invocation(request.headers)
        stream_id = os.urandom(16).hex()
        log_fields.set(invocation.log_fields(stream_id))
        answer = Answer(
            self._source,
            prompt,
            FrameBuffer(
                frame_characters=self._settings.frame_characters,
                frame_seconds=self._settings.frame_milliseconds / 1000,
                silence_seconds=silence_seconds,
            ),
            seconds_left=invocation.seconds_left - self._settings.deadline_margin_seconds,
            shutdown=self._shutdown,
        )
        with self._records.begin(stream_id, prompt) as record:
            async with _opened(answer, record):
                record.opened(answer)
                yield answer, record


@contextlib.asynccontextmanager
async def _opened(answer: Answer, record: StreamRecord) -> AsyncIterator[None]:
    """Enters the answer, and turns what keeps its source from opening into a Problem."""
    async with contextlib.AsyncExitStack() as entered:
        try:
            await entered.enter_async_context(answer)
        except SourceRefused as refusal:
            logger.warning("The source refused.", exc_info=True)
            status = HTTPStatus(refusal.status)
            raise _problem(status, refusal.detail, record, refusal.retry_after_seconds) from refusal
        except NotOpened as failure:
            if failure.ending is INTERNAL:
                logger.exception("The source raised what no source should, before its first text.")
                record.delivered(INTERNAL.outcome, INTERNAL.code)
                raise _problem(HTTPStatus.INTERNAL_SERVER_ERROR, INTERNAL.message, record) from failure
            logger.warning("The source did not open before the deadline, or before the shutdown.")
            detail = "The source took too long to start."
            status = HTTPStatus.SERVICE_UNAVAILABLE
            raise _problem(status, detail, record, _RETRY_SLOW_START_SECONDS) from failure
        yield


def _problem(status: HTTPStatus, detail: str, record: StreamRecord, retry_after_seconds: int | None = None) -> Problem:
    headers = None if retry_after_seconds is None else {"retry-after": str(retry_after_seconds)}
    return Problem(status, detail, headers=headers, id=record.stream_id)


async def healthz(request: Request) -> Response:
    return JSONResponse({"status": "ok"})


async def events(request: Request) -> Response:
    """Accepts what a host posts that is no HTTP request, such as the end of a stream."""
    return JSONResponse({})
