"""The retry policy: exponential backoff with full jitter, which a service overrides by `retry-after`."""

from __future__ import annotations

import email.utils
import random
from collections.abc import Callable
from datetime import UTC, datetime
from http import HTTPStatus

from .call import Retries
from .errors import ConnectionFailed, HttpError, StreamError

_TRANSIENT_STATUS = (
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.BAD_GATEWAY,
    HTTPStatus.SERVICE_UNAVAILABLE,
    HTTPStatus.GATEWAY_TIMEOUT,
)

#: Returns a random number between its two arguments.
Draw = Callable[[float, float], float]


def pause_before_retry(error: StreamError, attempt: int, retries: Retries, draw: Draw = random.uniform) -> float | None:
    """Seconds until the next attempt, or None when there is none; `attempt` counts from 0.

    The jitter is full, so that callers who failed together do not come back together.
    https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/
    """
    if attempt >= retries.limit or not _is_transient(error):
        return None
    longest = min(retries.max_pause_seconds, retries.base_seconds * 2**attempt)
    asked = error.retry_after_seconds if isinstance(error, HttpError) else None
    if asked is None:
        return draw(0, longest)
    return asked + draw(0, retries.base_seconds) if asked <= retries.max_pause_seconds else None


def _is_transient(error: StreamError) -> bool:
    return isinstance(error, ConnectionFailed) or (isinstance(error, HttpError) and error.status in _TRANSIENT_STATUS)


def retry_after_seconds(value: str | None, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> float | None:
    """The seconds that the header `retry-after` asks for, in seconds or by a date; None for any other value.

    https://www.rfc-editor.org/rfc/rfc9110#name-retry-after
    """
    if value is None:
        return None
    if value.strip().isdecimal():
        return float(value)
    try:
        date = email.utils.parsedate_to_datetime(value)
        return max(0.0, (date.astimezone(UTC) - now()).total_seconds())
    except (ValueError, OverflowError):
        return None
