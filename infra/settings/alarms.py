"""The thresholds of the alarms."""

from __future__ import annotations

from dataclasses import dataclass

from .base import Settings
from .patterns import is_word
from .rules import require

#: Evaluation window of rate alarms: so many periods of so many minutes.
RATE_PERIOD_MINUTES = 5
RATE_PERIODS = 3
RATE_WINDOW_MINUTES = RATE_PERIOD_MINUTES * RATE_PERIODS
#: Evaluation window of count alarms, in minutes.
FAILURE_WINDOW_MINUTES = 5
#: CloudWatch evaluates at most one day.
#: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
_MAX_WINDOW_MINUTES = 24 * 60
#: The text of an alarm ends in the URL; of its 1,024 characters the longest sentences take fewer than half.
_MAX_URL_CHARACTERS = 512


@dataclass(frozen=True, kw_only=True)
class AlarmSettings(Settings):
    """The thresholds that a team decides on. Raises SettingsError, as every group of settings does."""

    #: Threshold for the p90 of the time from the arrival of the request to the first byte.
    first_byte_milliseconds: int = 3000
    #: Threshold for the share of streams whose source failed after the 200.
    source_error_share: float = 0.05
    #: Threshold for the share of streams that the deadline or a shutdown cut.
    truncated_share: float = 0.05
    #: Threshold for the share of requests to one endpoint that got a 4xx.
    client_error_share: float = 0.5
    #: Threshold for the p90 of the time that the source of a stream waited for its reader.
    slow_reader_milliseconds: int = 10_000
    #: Minimum sample size: below this many streams or requests in five minutes, rate alarms stay silent.
    min_streams: int = 20
    #: Count alarms fire at this many minutes with a failure (failed invocation, throttle, 5xx) of the last five.
    failing_minutes: int = 2
    #: An alarm fires after this long without any request. None: the service may be quiet.
    quiet_minutes: int | None = None
    #: The path or URL of docs/runbook.md: the text of each alarm ends in a link to its section.
    runbook_url: str = "docs/runbook.md"

    def _check(self) -> None:
        for key in ("source_error_share", "truncated_share", "client_error_share"):
            require(key, getattr(self, key), 0 < getattr(self, key) <= 1, "more than 0, at most 1 (all of them)")
        for key in ("first_byte_milliseconds", "slow_reader_milliseconds", "min_streams"):
            require(key, getattr(self, key), getattr(self, key) > 0, "a number above 0")
        minutes, quiet = self.failing_minutes, self.quiet_minutes
        require("failing_minutes", minutes, 1 <= minutes <= FAILURE_WINDOW_MINUTES, f"1 to {FAILURE_WINDOW_MINUTES}")
        require(
            "quiet_minutes",
            quiet,
            quiet is None or 0 < quiet <= _MAX_WINDOW_MINUTES,
            f"1 to {_MAX_WINDOW_MINUTES}, or None",
        )
        url = self.runbook_url
        is_location = is_word(url) and "#" not in url and len(url) <= _MAX_URL_CHARACTERS
        allowed = (
            f"a path or URL of the whole runbook, without '#' and spaces, at most {_MAX_URL_CHARACTERS} characters"
        )
        require("runbook_url", url, is_location, allowed)
