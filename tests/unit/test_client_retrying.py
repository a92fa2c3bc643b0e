from __future__ import annotations

from datetime import UTC, datetime

import pytest

from client import (
    ConnectionFailed,
    ConnectTimeout,
    FailedStream,
    FirstByteTimeout,
    HttpError,
    MalformedStream,
    ReadTimeout,
    Retries,
    SigningFailed,
    StreamError,
    TruncatedStream,
)
from client.retrying import pause_before_retry, retry_after_seconds

RETRIES = Retries(limit=3, base_seconds=1, max_pause_seconds=10)


def _longest(low: float, high: float) -> float:
    assert low == 0
    return high


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_pauses_grow_until_the_limit(status: int) -> None:
    error = HttpError(status, "")
    pauses = [pause_before_retry(error, attempt, RETRIES, _longest) for attempt in range(4)]
    assert pauses == [1, 2, 4, None]


def test_no_pause_is_longer_than_the_longest() -> None:
    error = ConnectionFailed("")
    assert pause_before_retry(error, 9, Retries(limit=10, base_seconds=1, max_pause_seconds=5), _longest) == 5


def test_pause_is_drawn_from_all_of_its_length() -> None:
    pauses = {pause_before_retry(ConnectTimeout(""), 1, RETRIES) for _ in range(20)}
    assert len(pauses) > 1
    assert all(pause is not None and 0 <= pause <= 2 for pause in pauses)


def test_service_that_says_when_is_asked_then_and_not_before() -> None:
    assert pause_before_retry(HttpError(503, "", retry_after_seconds=7), 0, RETRIES, _longest) == 8
    assert pause_before_retry(HttpError(429, "", retry_after_seconds=0), 2, RETRIES, _longest) == 1


def test_service_that_wants_longer_than_the_longest_pause_is_not_asked_again() -> None:
    assert pause_before_retry(HttpError(503, "", retry_after_seconds=11), 0, RETRIES) is None


@pytest.mark.parametrize(
    "error",
    [
        *[HttpError(status, "") for status in (400, 401, 403, 404, 413, 422, 500, 501)],
        FirstByteTimeout(""),
        ReadTimeout(""),
        FailedStream("throttled", "", stream_id=None),
        TruncatedStream(stream_id=None),
        MalformedStream(""),
        SigningFailed(""),
    ],
)
def test_what_does_not_pass_by_itself_is_not_asked_again(error: StreamError) -> None:
    assert pause_before_retry(error, 0, RETRIES) is None


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("7", 7),
        (" 0 ", 0),
        ("Fri, 02 Jan 2026 03:04:15 GMT", 10),
        ("Fri, 02 Jan 2026 03:04:00 GMT", 0),
        ("soon", None),
        ("-1", None),
        ("1.5", None),
        ("Fri, 99 Jan 2026 03:04:15 GMT", None),
        ("Fri, 02 Jan 99999999999999999999 03:04:15 GMT", None),
        ("Fri, 31 Dec 9999 23:59:59 -2359", None),
        ("9" * 400, float("inf")),
        ("Friday", None),
        ("", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str | None, seconds: float | None) -> None:
    now = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert retry_after_seconds(value, now=lambda: now) == seconds
