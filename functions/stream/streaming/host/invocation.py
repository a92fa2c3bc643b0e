"""What the Lambda Web Adapter tells of the invocation, in headers that it sets itself and no client can.

https://aws.github.io/aws-lambda-web-adapter/features/request-context.html
"""

from __future__ import annotations

import json
import logging
import math
import sys
import time
from collections.abc import Mapping
from typing import NamedTuple, TypeGuard

logger = logging.getLogger(__name__)


class Invocation(NamedTuple):
    request_id: str | None = None
    trace_id: str | None = None
    #: Until Lambda stops the function, counted from when the headers were read; endless outside Lambda.
    seconds_left: float = math.inf

    @classmethod
    def from_headers(cls, headers: Mapping[str, str]) -> Invocation:
        context = _lambda_context(headers.get("x-amzn-lambda-context"))
        deadline = context.get("deadline")
        return cls(
            request_id=str(context["request_id"]) if "request_id" in context else None,
            trace_id=headers.get("x-amzn-trace-id"),
            seconds_left=deadline / 1000 - time.time() if _is_time(deadline) else math.inf,
        )

    def log_fields(self, stream_id: str) -> dict[str, object]:
        fields = {"stream_id": stream_id, "request_id": self.request_id, "trace_id": self.trace_id}
        return {name: value for name, value in fields.items() if value is not None}


def _is_time(deadline: object) -> TypeGuard[int]:
    return isinstance(deadline, int) and abs(deadline) < sys.maxsize


def _lambda_context(header: str | None) -> dict[str, object]:
    if header is None:
        return {}
    try:
        context = json.loads(header)
    except (ValueError, RecursionError):
        context = None
    if not isinstance(context, dict):
        logger.warning("Expected a JSON object in x-amzn-lambda-context, got %r; no deadline is kept.", header[:200])
        return {}
    return context
