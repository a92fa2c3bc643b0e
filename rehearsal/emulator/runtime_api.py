from __future__ import annotations

import asyncio
import base64
import binascii
import json
import time
from collections.abc import Callable

from .errors import InvocationFailed
from .function import Function
from .http11 import Exchange, TruncatedBody
from .invocation import Head, Invocation
from .limits import Limits
from .mailbox import Mailbox

ERROR_TYPE = "lambda-runtime-function-error-type"
ERROR_BODY = "lambda-runtime-function-error-body"
PARENT = "53995c3f42cd8ad8"  # the segment of a trace that nobody records
_JSON = ("content-type", "application/json")
_MODES = {"buffered": False, "streaming": True}
_CRASH_SECONDS = 0.2


async def refuse(exchange: Exchange, status: int, kind: str, message: str) -> None:
    await exchange.discard_body()
    body = json.dumps({"errorMessage": message, "errorType": kind}).encode()
    await exchange.answer(status, body, [_JSON])


async def accept(exchange: Exchange) -> None:
    await exchange.answer(202, b'{"status":"OK"}\n', [_JSON])


def _reported(kind: str | None, body: bytes) -> InvocationFailed:
    """An error as the function reports it: {"errorType": ..., "errorMessage": ...}"""
    try:
        details = json.loads(body or b"{}")
    except ValueError:
        details = {}
    if not isinstance(details, dict):
        details = {}
    message = str(details.get("errorMessage", ""))
    if kind and kind.startswith(("Runtime.", "Function.")):
        return InvocationFailed(kind, message)
    return InvocationFailed("Runtime.Unknown", f"{details.get('errorType', kind)}: {message}")


class RuntimeApi:
    """https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html, of one environment"""

    PREFIX = "/2018-06-01/runtime/"

    def __init__(self, function: Function, limits: Limits, on_init_error: Callable[[InvocationFailed], None]):
        self._function = function
        self._limits = limits
        self._on_init_error = on_init_error
        self._invocation: Invocation | None = None
        self.mailbox: Mailbox[Invocation] = Mailbox()
        self.was_asked = False
        """The runtime asked for its first invocation."""

    async def handle(self, exchange: Exchange) -> None:
        match exchange.method, exchange.path.removeprefix(self.PREFIX).split("/"):
            case "GET", ["invocation", "next"]:
                await self._next(exchange)
            case "POST", ["invocation", request_id, "response"]:
                if invocation := await self._owed(exchange, request_id):
                    await self._response(exchange, invocation)
            case "POST", ["invocation", request_id, "error"]:
                if invocation := await self._owed(exchange, request_id):
                    await self._error(exchange, invocation)
            case "POST", ["init", "error"]:
                await self._init_error(exchange)
            case _:
                await refuse(exchange, 404, "NotFound", f"No such operation: {exchange.target!r}")

    async def _next(self, exchange: Exchange) -> None:
        if self._invocation and not self._invocation.answering:
            await refuse(exchange, 403, "InvalidStateTransition", "The last invocation is not yet answered")
            return
        self.was_asked = True
        invocation = self._invocation = await exchange.while_connected(self.mailbox.take())
        deadline = time.time() + self._function.timeout_seconds
        headers = [
            _JSON,
            ("lambda-runtime-aws-request-id", invocation.request_id),
            ("lambda-runtime-deadline-ms", str(int(deadline * 1000))),
            ("lambda-runtime-invoked-function-arn", self._function.arn),
            ("lambda-runtime-trace-id", f"{invocation.identity.trace_root};Parent={PARENT};Sampled=0"),
        ]
        await exchange.answer(200, invocation.event, headers)

    async def _owed(self, exchange: Exchange, request_id: str) -> Invocation | None:
        invocation = self._invocation
        if invocation is None or invocation.request_id != request_id:
            await refuse(exchange, 400, "InvalidRequestID", "Invalid request ID")
            return None
        if invocation.answering:
            await refuse(exchange, 403, "InvalidStateTransition", "The invocation is already answered")
            return None
        return invocation

    async def _response(self, exchange: Exchange, invocation: Invocation) -> None:
        mode = exchange.header("lambda-runtime-function-response-mode") or "buffered"
        if mode.lower() not in _MODES:
            await refuse(exchange, 400, "InvalidFunctionResponseMode", "Invalid function response mode")
            return
        invocation.answering = True
        head = Head(_MODES[mode.lower()], exchange.header("content-type") or "application/octet-stream")
        is_streamed = head.streaming and invocation.accepts_stream
        limit = self._limits.streamed_bytes if is_streamed else self._limits.payload_bytes
        invocation.begin(head)
        try:
            fits = await self._forward(exchange, invocation, limit)
        except TruncatedBody as error:
            # When the process crashed, that is the better verdict, and known soon.
            await asyncio.sleep(_CRASH_SECONDS)
            invocation.fail(InvocationFailed("Runtime.TruncatedResponse", str(error)))
            return
        if not fits:
            message = f"Exceeded maximum allowed payload size ({limit} bytes)."
            await refuse(exchange, 413, "RequestEntityTooLarge", message)
            return
        if kind := exchange.trailers.get(ERROR_TYPE):
            invocation.fail(_reported(kind, _decoded(exchange.trailers.get(ERROR_BODY, ""))))
        invocation.finish()
        await accept(exchange)

    async def _forward(self, exchange: Exchange, invocation: Invocation, limit: int) -> bool:
        async for chunk in exchange.chunks():
            if invocation.response_bytes + len(chunk) > limit:
                message = f"Response payload size exceeded maximum allowed payload size ({limit} bytes)."
                invocation.fail(InvocationFailed("Function.ResponseSizeTooLarge", message))
                return False
            await invocation.write(chunk)
        return True

    async def _error(self, exchange: Exchange, invocation: Invocation) -> None:
        invocation.answering = True
        invocation.fail(_reported(exchange.header(ERROR_TYPE), await exchange.body()))
        await accept(exchange)

    async def _init_error(self, exchange: Exchange) -> None:
        if self.was_asked:
            await refuse(exchange, 403, "InvalidStateTransition", "The runtime is already initialised")
            return
        failure = _reported(exchange.header(ERROR_TYPE), await exchange.body())
        await accept(exchange)
        self._on_init_error(failure)


def _decoded(value: str) -> bytes:
    try:
        return base64.b64decode(value, validate=True)
    except binascii.Error:
        return b""
