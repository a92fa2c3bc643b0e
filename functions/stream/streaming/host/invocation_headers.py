"""Reads the invocation from the headers that the Lambda Web Adapter sets, and that no client can set.

https://aws.github.io/aws-lambda-web-adapter/features/request-context.html
"""

from __future__ import annotations

import json
import logging
import math
import sys
import time
from collections.abc import Mapping
from typing import Any, TypeGuard

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from ..callers import caller_name
from ..invocation import Invocation
from ..logs import add_log_fields, log_fields

logger = logging.getLogger(__name__)

#: The limit of each value in a log line, because callers choose the values that nothing in front replaces.
_MAX_CHARACTERS = 200


class InvocationHeaders:
    """ASGI middleware that puts the Invocation into the scope, and what identifies it into every log line."""

    def __init__(self, app: ASGIApp, *, hash_callers: bool = False) -> None:
        self._app = app
        self._hash_callers = hash_callers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            invocation = read_invocation(Headers(scope=scope))
            invocation.put_into(scope)
            # A task of the server may serve several requests in turn, so the fields of the one before are dropped.
            log_fields.set(None)
            caller = invocation.caller and caller_name(invocation.caller, hashed=self._hash_callers)
            add_log_fields(request_id=invocation.request_id, trace_id=invocation.trace_id, caller=caller)
        await self._app(scope, receive, send)


def read_invocation(headers: Mapping[str, str]) -> Invocation:
    """Returns the invocation; outside of Lambda, without these headers, an empty one without a deadline."""
    context = _json_object(headers, "x-amzn-lambda-context")
    deadline = context.get("deadline")
    request_id, trace_id = context.get("request_id"), headers.get("x-amzn-trace-id")
    return Invocation(
        request_id=None if request_id is None else str(request_id)[:_MAX_CHARACTERS],
        trace_id=None if trace_id is None else trace_id[:_MAX_CHARACTERS],
        seconds_left=deadline / 1000 - time.time() if _is_time(deadline) else math.inf,
        caller=_caller(_json_object(headers, "x-amzn-request-context")),
    )


def _caller(context: Mapping[str, Any]) -> str | None:
    """Returns the principal that signed, or the token that an authorizer has verified; None if nobody verified one.

    https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-payloads
    https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
    """
    match context:
        case {"authorizer": {"iam": {"userArn": str(arn)}}} | {"identity": {"userArn": str(arn)}}:
            return arn
        case {"authorizer": {"jwt": {"claims": {"iss": issuer, "sub": subject}}}}:
            return f"{issuer} {subject}"
    return None


def _is_time(deadline: object) -> TypeGuard[int]:
    return isinstance(deadline, int) and abs(deadline) < sys.maxsize


def _json_object(headers: Mapping[str, str], name: str) -> dict[str, Any]:
    header = headers.get(name)
    if header is None:
        return {}
    try:
        document = json.loads(header)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        logger.warning("Expected a JSON object in %s, got %r; it is ignored.", name, header[:_MAX_CHARACTERS])
        return {}
    return document
