"""The settings of a canary deployment of the streaming function."""

from __future__ import annotations

from dataclasses import dataclass

from .base import Settings
from .rules import require

#: The p90 of all streams cannot move while at most this share of them is slow.
_MAX_UNSEEN_PERCENT = 10
#: CodeDeploy allows two days. https://docs.aws.amazon.com/codedeploy/latest/userguide/limits.html
_MAX_MINUTES = 2 * 24 * 60


@dataclass(frozen=True, kw_only=True)
class CanarySettings(Settings):
    """Some callers get the new version first. The others follow unless a rollback alarm fires meanwhile."""

    #: Metrics mix both versions, so a fault of the new one can move a rate by at most this many percent.
    percent: int = 20
    #: A stream is counted at its end, so this has to cover the longest stream and the alarms' evaluation window.
    minutes: int = 30

    def _check(self) -> None:
        require(
            "percent",
            self.percent,
            _MAX_UNSEEN_PERCENT < self.percent < 100,
            f"{_MAX_UNSEEN_PERCENT + 1} to 99, since p90 ignores a version that is slow for fewer callers",
        )
        require("minutes", self.minutes, 0 < self.minutes <= _MAX_MINUTES, f"1 to {_MAX_MINUTES}")
