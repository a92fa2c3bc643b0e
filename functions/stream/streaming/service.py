"""The routes, and how a request becomes an answer: validate, open the source, join chunks into frames, encode, send."""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import AsyncIterator
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from .answers.answer import Answer, NotOpened
from .answers.buffer import FrameBuffer
from .answers.endings import INTERNAL
from .answers.shutdown import Shutdown
from .invocation import Invocation
from .logs import add_log_fields
from .problems import Problem
from .protocols.events import HEADERS, MEDIA_TYPE, EventEncoder, wants_one_block
from .protocols.prompts import read_prompt
from .records.stream_record import StreamRecord, StreamRecords
from .responses import EventStream, WholeAnswer
from .settings import Settings
from .sources import Source, SourceRefused

logger = logging.getLogger(__name__)

_RETRY_SLOW_START_SECONDS = 5


class Service:
    """The routes over one source."""

    def __init__(
        self,
        settings: Settings,
        source: Source,
        *,
        records: StreamRecords,
        shutdown: Shutdown,
    ) -> None:
        self._settings = settings
        self._source = source
        self._records = records
        self._shutdown = shutdown

    @property
    def routes(self) -> list[Route]:
        return [
            Route("/stream", self.stream, methods=["GET", "POST"]),
            Route("/generate", self.generate, methods=["POST"]),
            Route("/healthz", healthz),
            Route("/events", events, methods=["POST"]),
        ]

    async def stream(self, request: Request) -> Response:
        if "last-event-id" in request.headers:
            # An EventSource that reconnects after the end: this status is how the server tells it to stop. Libraries
            # repeat a POST as well, and a second answer would be generated and billed.
            # https://html.spec.whatwg.org/multipage/server-sent-events.html#server-sent-events-intro
            return Response(status_code=HTTPStatus.NO_CONTENT)
        self._refuse_foreign_page(request)
        prompt = await read_prompt(request, max_bytes=self._settings.max_input_bytes)
        if request.method == "HEAD":
            return Response(headers=HEADERS, media_type=MEDIA_TYPE)
        encoder = EventEncoder(one_block=wants_one_block(request.headers.get("accept", "")))
        return EventStream(self._run(request, prompt, silence_seconds=self._settings.heartbeat_seconds), encoder)

    async def generate(self, request: Request) -> Response:
        prompt = await read_prompt(request, max_bytes=self._settings.max_input_bytes)
        return WholeAnswer(self._run(request, prompt))

    def _refuse_foreign_page(self, request: Request) -> None:
        """Refuses the GET of another site's page, such as that of an image, which would be answered and billed.

        Such a page cannot send a POST of JSON unless CORS allows it. https://www.w3.org/TR/fetch-metadata/
        """
        is_foreign = request.method != "POST" and request.headers.get("sec-fetch-site") == "cross-site"
        if is_foreign and request.headers.get("origin") not in self._settings.cors_origins:
            raise Problem(HTTPStatus.FORBIDDEN, "This page may not ask here: its origin is not among those allowed.")

    def restored(self) -> None:
        """Counts the next stream as the first one of an environment, although it is not the first of this process."""
        self._records.is_cold = True

    @contextlib.asynccontextmanager
    async def _run(
        self, request: Request, prompt: str, *, silence_seconds: float | None = None
    ) -> AsyncIterator[tuple[Answer, StreamRecord]]:
        """Opens the source before anything is sent, so that its refusal is still an HTTP error, raised as Problem."""
        invocation = Invocation.of(request.scope)
        stream_id = os.urandom(16).hex()
        add_log_fields(stream_id=stream_id)
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
    """Enters the answer, and turns an error of opening its source into a Problem."""
    async with contextlib.AsyncExitStack() as entered:
        try:
            await entered.enter_async_context(answer)
        except SourceRefused as refusal:
            logger.warning("The source refused.", exc_info=True)
            record.delivered(record.outcome, refusal.code)
            raise _problem(
                HTTPStatus(refusal.status), refusal.detail, record, refusal.retry_after_seconds, refusal.code
            ) from refusal
        except NotOpened as failure:
            if failure.ending is INTERNAL:
                logger.exception("The source raised what no source should, before its first text.")
                record.delivered(INTERNAL.outcome, INTERNAL.code)
                raise _problem(
                    HTTPStatus.INTERNAL_SERVER_ERROR, INTERNAL.message, record, code=INTERNAL.code
                ) from failure
            logger.warning("The source did not open before the deadline, or before the shutdown.")
            detail = "The source took too long to start."
            status = HTTPStatus.SERVICE_UNAVAILABLE
            raise _problem(status, detail, record, _RETRY_SLOW_START_SECONDS) from failure
        yield


def _problem(
    status: HTTPStatus,
    detail: str,
    record: StreamRecord,
    retry_after_seconds: int | None = None,
    code: str | None = None,
) -> Problem:
    headers = None if retry_after_seconds is None else {"retry-after": str(retry_after_seconds)}
    return Problem(status, detail, headers=headers, id=record.stream_id, **({"code": code} if code else {}))


async def healthz(request: Request) -> Response:
    return JSONResponse({"status": "ok"})


async def events(request: Request) -> Response:
    """Accepts what a host posts that is no HTTP request, such as the end of a stream."""
    return JSONResponse({})
