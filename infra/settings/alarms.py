"""When somebody is told, and when somebody is woken."""

from __future__ import annotations

from dataclasses import dataclass

from .rules import require

#: A rate is taken over these minutes, and looked at in so many periods of them.
RATE_PERIOD_MINUTES = 5
RATE_PERIODS = 3
RATE_WINDOW_MINUTES = RATE_PERIOD_MINUTES * RATE_PERIODS
#: A failure is counted in minutes, of these last ones.
FAILURE_WINDOW_MINUTES = 5
#: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html: a day, in minutes.
_LONGEST_WINDOW_MINUTES = 24 * 60


@dataclass(frozen=True, kw_only=True)
class AlarmSettings:
    """The numbers that a team has an opinion on."""

    #: p90, from the arrival of the request.
    first_byte_milliseconds: int = 3000
    #: Of the streams, those that the source broke off after the 200.
    source_error_share: float = 0.05
    #: Of the streams, those that the deadline or a shutdown ended.
    truncated_share: float = 0.05
    #: Of the requests to one front end, those that it answered with 4xx.
    client_error_share: float = 0.5
    #: p90 of how long the source of a stream waited for its reader.
    slow_reader_milliseconds: int = 10_000
    #: In five minutes. Of fewer streams or requests no share is taken: of one stream, one failure is all.
    least_streams: int = 20
    #: Minutes with a failed invocation, a throttled call or a 5xx, of the last five.
    failing_minutes: int = 2
    #: After this long without a single request somebody is woken. None: the service may be quiet.
    quiet_minutes: int | None = None
    #: Where docs/runbook.md is read: each alarm's text ends in a link to its section.
    runbook_url: str = "docs/runbook.md"

    def __post_init__(self) -> None:
        for key in ("source_error_share", "truncated_share", "client_error_share"):
            require(key, getattr(self, key), 0 < getattr(self, key) <= 1, "more than 0, up to 1 (all of them)")
        for key in ("first_byte_milliseconds", "slow_reader_milliseconds", "least_streams"):
            require(key, getattr(self, key), getattr(self, key) > 0, "a number above 0")
        minutes, quiet = self.failing_minutes, self.quiet_minutes
        require("failing_minutes", minutes, 1 <= minutes <= FAILURE_WINDOW_MINUTES, f"1 to {FAILURE_WINDOW_MINUTES}")
        require(
            "quiet_minutes",
            quiet,
            quiet is None or 0 < quiet <= _LONGEST_WINDOW_MINUTES,
            f"1 to {_LONGEST_WINDOW_MINUTES}, or None",
        )
        url = self.runbook_url
        require("runbook_url", url, bool(url) and "#" not in url, "a path or URL of the whole runbook, without '#'")
