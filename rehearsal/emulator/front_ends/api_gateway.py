from __future__ import annotations

from contextlib import AbstractAsyncContextManager

from ..service import LambdaService
from .base import FrontEnd, Reply, serving
from .buffered import buffered
from .events import http_api_event, rest_api_event
from .streamed import streamed

_UNAVAILABLE = Reply(503, b'{"message":"Service Unavailable"}')
# The connection is of no use until the function has answered to nobody.
_LATE = Reply(503, _UNAVAILABLE.body, (*_UNAVAILABLE.headers, ("connection", "close")))
_TOO_LARGE = Reply(413, b'{"message":"Request Entity Too Large"}')


def http_api(service: LambdaService) -> AbstractAsyncContextManager[str]:
    """The $default route and stage, payload 2.0; never streams.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
    """
    respond = buffered(Reply(500, b'{"message":"Internal Server Error"}'), late=_LATE)
    front_end = FrontEnd(http_api_event, respond, False, _TOO_LARGE, _UNAVAILABLE)
    return serving(front_end, service, service.limits.http_api_payload_bytes)


def rest_api(service: LambdaService) -> AbstractAsyncContextManager[str]:
    """A /{proxy+} resource with response transfer mode STREAM, payload 1.0.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode.html
    """
    failed = Reply(502, b'{"message": "Internal server error"}')
    respond = streamed(failed, service.limits.rest_api_idle_seconds)
    too_many = Reply(500, b'{"message": "Internal server error"}')
    front_end = FrontEnd(rest_api_event, respond, True, _TOO_LARGE, too_many)
    return serving(front_end, service, service.limits.http_api_payload_bytes)
