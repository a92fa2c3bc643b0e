"""How a new version of the streaming function reaches its callers."""

from __future__ import annotations

from dataclasses import dataclass

from .rules import require

#: p90 of all streams does not move while a tenth of them, or fewer, is slow.
_UNSEEN_PERCENT = 10
#: https://docs.aws.amazon.com/codedeploy/latest/userguide/limits.html: two days.
_LONGEST_MINUTES = 2 * 24 * 60


@dataclass(frozen=True, kw_only=True)
class CanarySettings:
    """Some callers get the new version first, and the others when none of its brakes was on meanwhile."""

    #: The metrics are of both versions together, so what only the new one does shows as this share of all.
    percent: int = 20
    #: A stream tells how it went at its end: for the longest to end, and then for what the brakes look at.
    minutes: int = 30

    def __post_init__(self) -> None:
        require(
            "percent",
            self.percent,
            _UNSEEN_PERCENT < self.percent < 100,
            f"{_UNSEEN_PERCENT + 1} to 99: a version that is slow for fewer leaves p90 as it was",
        )
        require("minutes", self.minutes, 0 < self.minutes <= _LONGEST_MINUTES, f"1 to {_LONGEST_MINUTES}")
