"""The course of a request and its answer, without a socket: a generator yields the next step and gets its outcome.

The transports (sync and async) perform the steps; every decision is taken here, once.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import httpx
from httpx_sse import ServerSentEvent

from .call import Call
from .environment import Proxy, find_proxy
from .errors import (
    ConnectionFailed,
    ConnectTimeout,
    FirstByteTimeout,
    HttpError,
    InvalidRequest,
    MalformedStream,
    ReadTimeout,
    StreamError,
    TruncatedStream,
)
from .events import Complete, Event
from .reader import EventReader
from .request import build_request, endpoint
from .retrying import Draw, pause_before_retry, retry_after_seconds
from .signing import signer_for


@dataclass(frozen=True)
class Run:
    """Call a function that may block."""

    function: Callable[[], None]


@dataclass(frozen=True)
class Send:
    """Send the request; the outcome is the response with an unread body."""

    request: httpx.Request


@dataclass(frozen=True)
class ReadBody:
    """Read the whole body of a response that is not a stream."""

    response: httpx.Response


@dataclass(frozen=True)
class NextEvent:
    """Read on; the outcome is the next event of the response, or None at its end."""


@dataclass(frozen=True)
class Pause:
    """Wait before the next attempt."""

    seconds: float


Step = Run | Send | ReadBody | NextEvent | Pause | Event
_Steps = Generator[Step, Any, None]


class Exchange:
    """A request and its answer. `step` is what to do next, None at the end.

    A step that is an Event goes to the caller. `learn` takes a step's outcome, `fail` the error that httpx raised.
    """

    def __init__(self, call: Call, *, clock: Callable[[], float] = time.monotonic, draw: Draw = random.uniform) -> None:
        self._call = call
        self._clock = clock
        self._draw = draw
        self._reader = EventReader()
        self.first_byte_seconds: float | None = None
        self._steps = self._run()
        # The first step is taken here, so that an invalid URL fails where it is given.
        self.step: Step | None = next(self._steps)

    @property
    def url(self) -> httpx.URL:
        return httpx.URL(endpoint(self._call.url))

    @property
    def stream_id(self) -> str | None:
        return self._reader.stream_id

    def learn(self, result: object) -> None:
        self._advance(lambda: self._steps.send(result))

    def fail(self, error: httpx.HTTPError) -> None:
        self._advance(lambda: self._steps.throw(error))

    def _advance(self, resume: Callable[[], Step]) -> None:
        try:
            self.step = resume()
        except StopIteration:
            self.step = None

    def _run(self) -> _Steps:
        response = yield from self._answered()
        _require_events(response)
        while (event := (yield from self._next_event())) is not None:
            typed = self._reader.read(event.data)
            if typed is not None:
                yield typed
            if isinstance(typed, Complete):
                yield from self._drain()
                return
        self._reader.finish()

    def _answered(self) -> Generator[Step, Any, httpx.Response]:
        attempt = 0
        while True:
            try:
                return (yield from self._ask())
            except StreamError as error:
                seconds = pause_before_retry(error, attempt, self._call.retries, self._draw)
                if seconds is None:
                    raise
            yield Pause(seconds)
            attempt += 1

    def _ask(self) -> Generator[Step, Any, httpx.Response]:
        request = build_request(self._call)
        if (sign := signer_for(request, self._call.signing)) is not None:
            yield Run(lambda: sign(request))
        started = self._clock()
        try:
            response: httpx.Response = yield Send(request)
        except httpx.HTTPError as error:
            raise _failure_to_answer(request, error, self._call) from error
        self.first_byte_seconds = self._clock() - started
        # httpcore looks it up again when the body's first byte is read. https://www.encode.io/httpcore/extensions/#timeout
        request.extensions["timeout"]["read"] = self._call.timeouts.read_seconds
        if response.status_code != HTTPStatus.OK:
            raise _http_error(request, response, (yield from _text_of(response)))
        return response

    def _next_event(self) -> Generator[Step, Any, ServerSentEvent | None]:
        try:
            event: ServerSentEvent | None = yield NextEvent()
        except httpx.ReadTimeout as error:
            raise ReadTimeout(
                f"The stream went silent for {self._call.timeouts.read_seconds} s, without a heartbeat.",
                stream_id=self.stream_id,
            ) from error
        except httpx.HTTPError as error:
            raise TruncatedStream(stream_id=self.stream_id) from error
        return event

    def _drain(self) -> _Steps:
        """Read to the end of the body. A service may count a stream as abandoned when its reader leaves before."""
        try:
            yield NextEvent()
        except httpx.HTTPError:
            """The text is complete."""


def _text_of(response: httpx.Response) -> Generator[Step, Any, str]:
    try:
        yield ReadBody(response)
    except httpx.HTTPError:
        return ""  # The status says enough.
    return response.text


def _failure_to_answer(request: httpx.Request, error: httpx.HTTPError, call: Call) -> StreamError:
    proxy = find_proxy(request.url)
    through = f" through the proxy {proxy}" if proxy else ""
    match error:
        case httpx.ConnectTimeout():
            return ConnectTimeout(
                f"No connection to {request.url.host}{through} within {call.timeouts.connect_seconds} s."
            )
        case httpx.TimeoutException():
            return FirstByteTimeout(
                f"No answer from {request.url.host}{through} within {call.timeouts.first_byte_seconds} s."
            )
        case httpx.LocalProtocolError():
            # Its text quotes what it refuses, which can be a secret.
            return InvalidRequest("The request cannot be written in HTTP/1.1: look at the values of its headers.")
    # Without user, password and query, which have no place in a log.
    host = request.url.netloc.decode("ascii")
    return ConnectionFailed(f"The connection to {host}{through} failed: {str(error) or type(error).__name__}")


def _require_events(response: httpx.Response) -> None:
    content_type = response.headers.get("content-type", "")
    if content_type.partition(";")[0].strip().lower() != "text/event-stream":
        raise MalformedStream(f"Expected content-type text/event-stream, got {content_type!r}.")


def _http_error(request: httpx.Request, response: httpx.Response, body: str) -> HttpError:
    try:
        problem = json.loads(body)
    except (ValueError, RecursionError):
        problem = None
    fields = problem if isinstance(problem, dict) else {}
    # API Gateway and function URLs say `message` or `Message` where a problem document says `detail`.
    said = (fields.get(name) for name in ("detail", "message", "Message"))
    detail = next((text for text in said if isinstance(text, str)), "" if fields else " ".join(body.split())[:500])
    return HttpError(
        response.status_code,
        detail or response.reason_phrase,
        code=_text(fields.get("code")),
        stream_id=_text(fields.get("id")),
        retry_after_seconds=retry_after_seconds(response.headers.get("retry-after")),
        sender=_sender(response.status_code, find_proxy(request.url), request.url.scheme),
    )


def _sender(status: int, proxy: Proxy | None, scheme: str) -> str:
    """Who may have sent an error: over https a proxy cannot answer in place of the service."""
    if proxy is None or scheme == "https":
        return "The service"
    if status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
        return f"The proxy {proxy}"
    return f"The service, or the proxy {proxy} in front of it,"


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
