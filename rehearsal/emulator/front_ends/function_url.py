from __future__ import annotations

from contextlib import AbstractAsyncContextManager

from ..service import LambdaService
from .base import FrontEnd, Reply, serving
from .buffered import buffered
from .events import function_url_event
from .streamed import streamed

_FAILED = Reply(502, b"Internal Server Error", (("content-type", "text/plain"),))
_TOO_LARGE = Reply(413, b'{"message":"Request Entity Too Large"}')
_TOO_MANY = Reply(429, b'{"Reason":"ConcurrentInvocationLimitExceeded","Type":"User","message":"Rate Exceeded."}')


def function_url(service: LambdaService, *, streaming: bool) -> AbstractAsyncContextManager[str]:
    """InvokeMode RESPONSE_STREAM, or BUFFERED; authorisation NONE."""
    respond = streamed(_FAILED) if streaming else buffered(_FAILED)
    front_end = FrontEnd(function_url_event, respond, streaming, _TOO_LARGE, _TOO_MANY)
    return serving(front_end, service, service.limits.payload_bytes)
