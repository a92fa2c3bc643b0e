"""Reads the invocation from the headers that the Lambda Web Adapter sets itself and no client can.

https://aws.github.io/aws-lambda-web-adapter/features/request-context.html
"""

from __future__ import annotations

import json
import logging
import math
import sys
import time
from collections.abc import Mapping
from typing import TypeGuard

from ..invocation import Invocation

logger = logging.getLogger(__name__)


def read_invocation(headers: Mapping[str, str]) -> Invocation:
    """Outside of Lambda there are no such headers, and the invocation says nothing and lasts for ever."""
    context = _lambda_context(headers.get("x-amzn-lambda-context"))
    deadline = context.get("deadline")
    return Invocation(
        request_id=str(context["request_id"]) if "request_id" in context else None,
        trace_id=headers.get("x-amzn-trace-id"),
        seconds_left=deadline / 1000 - time.time() if _is_time(deadline) else math.inf,
    )


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
