"""The ASGI application: routes, and how a request becomes an answer.

A request flows route -> validate -> open the source -> join pieces into frames -> encode -> wire.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from collections.abc import AsyncIterator
from functools import partial
from http import HTTPStatus

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from .answers.answer import run_answer
from .answers.buffer import FrameBuffer
from .host.invocation import Invocation
from .host.shutdown import Shutdown
from .host.snapstart import SnapStart
from .logs import configure_logging, log_fields
from .problems import Problem, answer_http_error, answer_unexpected_error
from .protocols.events import HEADERS, MEDIA_TYPE
from .protocols.prompts import read_prompt
from .records.metric_names import REJECTED
from .records.stream_record import StreamRecord, StreamRecords
from .responses import EventStream, RunningAnswer, whole_answer
from .settings import Settings
from .sources import Generation, Source, SourceRefused, load_source

logger = logging.getLogger(__name__)


class Service:
    """The endpoints, over one source."""

    def __init__(self, settings: Settings, source: Source) -> None:
        self._settings = settings
        self._source = source
        self._shutdown = Shutdown()
        self._records = StreamRecords(settings)

    async def stream(self, request: Request) -> Response:
        if request.method != "POST" and "last-event-id" in request.headers:
            # An EventSource that reconnects after the end: this status is how the server tells it to stop.
            # https://html.spec.whatwg.org/multipage/server-sent-events.html#server-sent-events-intro
            return Response(status_code=HTTPStatus.NO_CONTENT)
        prompt = await read_prompt(request, max_bytes=self._settings.max_input_bytes)
        if request.method == "HEAD":
            return Response(headers=HEADERS, media_type=MEDIA_TYPE)
        running, record = await self._start(request, prompt, silence_seconds=self._settings.heartbeat_seconds)
        return EventStream(running, record)

    async def generate(self, request: Request) -> Response:
        prompt = await read_prompt(request, max_bytes=self._settings.max_input_bytes)
        running, record = await self._start(request, prompt)
        return await whole_answer(running, record, receive=request.receive)

    @contextlib.asynccontextmanager
    async def lifespan(self, app: Starlette) -> AsyncIterator[None]:
        with self._shutdown.on_signals():
            yield

    def restored(self) -> None:
        """The next stream is the first of an environment, although not of this process."""
        self._records.is_cold = True

    async def _start(
        self, request: Request, prompt: str, *, silence_seconds: float | None = None
    ) -> tuple[RunningAnswer, StreamRecord]:
        """Opens the source before the status is sent, so that its refusal is still an HTTP error."""
        invocation = Invocation.from_headers(request.headers)
        stream_id = _new_stream_id()
        log_fields.set(invocation.log_fields(stream_id))
        seconds_left = invocation.seconds_left - self._settings.deadline_margin_seconds
        opened_at = asyncio.get_running_loop().time()
        record = self._records.begin(stream_id, prompt)
        try:
            generation = await self._open(prompt, stream_id, seconds_left)
        except BaseException:
            record.end(REJECTED)
            raise
        running = run_answer(
            generation,
            FrameBuffer(
                frame_characters=self._settings.frame_characters,
                frame_seconds=self._settings.frame_milliseconds / 1000,
                silence_seconds=silence_seconds,
            ),
            seconds_left=seconds_left - (asyncio.get_running_loop().time() - opened_at),
            shutdown=self._shutdown,
        )
        return running, record

    async def _open(self, prompt: str, stream_id: str, seconds_left: float) -> Generation:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(max(0, seconds_left)) as limit:
                with self._shutdown.calls(lambda: limit.reschedule(loop.time())):
                    return await self._source.open(prompt)
        except SourceRefused as refusal:
            logger.warning("The source refused.", exc_info=True)
            raise _unavailable(refusal.status, refusal.detail, stream_id, refusal.retry_after_seconds) from refusal
        except TimeoutError as error:
            logger.warning("The source did not open before the deadline, or before the shutdown.")
            detail = "The source took too long to start."
            raise _unavailable(HTTPStatus.SERVICE_UNAVAILABLE, detail, stream_id, 5) from error


async def healthz(request: Request) -> Response:
    return JSONResponse({"status": "ok"})


async def events(request: Request) -> Response:
    """Where the adapter posts events that are not HTTP, such as the end of a stream behind a REST API."""
    return JSONResponse({})


def create_app(settings: Settings, source: Source, snap_start: SnapStart | None = None) -> Starlette:
    service = Service(settings, source)
    snap_start = snap_start or SnapStart({})
    snap_start.on_restore(service.restored)
    app = Starlette(
        routes=[
            Route("/stream", service.stream, methods=["GET", "POST"]),
            Route("/generate", service.generate, methods=["POST"]),
            Route("/healthz", healthz),
            Route("/events", events, methods=["POST"]),
            *snap_start.routes,
        ],
        exception_handlers={HTTPException: answer_http_error, Exception: answer_unexpected_error},
        middleware=_middleware(settings, snap_start),
        lifespan=service.lifespan,
    )
    # A redirect without a body hangs behind some front ends, and the contract knows no second spelling.
    app.router.redirect_slashes = False
    return app


def _middleware(settings: Settings, snap_start: SnapStart) -> list[Middleware]:
    if settings.jwt is None:
        return []
    # Not before: PyJWT and cryptography ship, and take their time to import, only where tokens are checked.
    from .auth.token_check import OPEN_PATHS, TokenCheck
    from .auth.tokens import TokenVerifier

    verifier = TokenVerifier(settings.jwt)
    snap_start.on_restore(verifier.forget_keys)
    return [Middleware(TokenCheck, verify=verifier, open_paths=OPEN_PATHS | snap_start.paths)]


def _new_stream_id() -> str:
    return os.urandom(16).hex()


def _unavailable(status: int, detail: str, stream_id: str, retry_after_seconds: int) -> Problem:
    return Problem(HTTPStatus(status), detail, headers={"retry-after": str(retry_after_seconds)}, id=stream_id)


def _app_from_environment() -> Starlette:
    configure_logging()
    settings = Settings.from_environment(os.environ)
    snap_start = SnapStart(os.environ)
    source = snap_start.source(partial(load_source, settings.source, os.environ))
    return create_app(settings, source, snap_start)


app = _app_from_environment()
