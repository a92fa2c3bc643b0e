"""How the streaming function starts its environments, and how many wait for requests."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .rules import require

#: Minutes, hours, day of month, month, day of week, year.
#: https://docs.aws.amazon.com/autoscaling/application/userguide/scheduled-scaling-using-cron-expressions.html
_CRON = re.compile(r"cron\((\S+ ){5}\S+\)")


@dataclass(frozen=True, kw_only=True)
class EnvironmentRange:
    """How many environments are kept ready."""

    min_environments: int
    max_environments: int

    def __post_init__(self) -> None:
        least, most = self.min_environments, self.max_environments
        # From 0 nothing grows: the use of no environment cannot be measured.
        holds = 1 <= least <= most or least == most == 0
        require("min_environments", least, holds, f"1 to max_environments ({most}), or 0 for both")


@dataclass(frozen=True, kw_only=True)
class ScheduledRange(EnvironmentRange):
    """The range from a time on."""

    #: Such as `cron(0 7 ? * MON-FRI *)`, seven in the morning of each working day.
    schedule: str
    time_zone: str = "UTC"

    def __post_init__(self) -> None:
        super().__post_init__()
        is_cron = bool(_CRON.fullmatch(self.schedule))
        require("schedule", self.schedule, is_cron, "'cron(...)' with the six fields of Application Auto Scaling")


@dataclass(frozen=True, kw_only=True)
class AutoScalingSettings(EnvironmentRange):
    """The range until the first of `schedules`, and what moves within the range of the hour.

    It follows in minutes; what comes faster starts cold, in environments that are not provisioned.
    """

    #: How much of what is ready is to be in use, each open stream using one environment. None: only schedules move it.
    target_utilization: float | None = 0.7
    schedules: tuple[ScheduledRange, ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        target = self.target_utilization
        # https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html
        allowed = "0.1 to 0.9, or None with schedules"
        require("target_utilization", target, bool(self.schedules) if target is None else 0.1 <= target <= 0.9, allowed)


@dataclass(frozen=True, kw_only=True)
class ScalingSettings:
    """One of the three at most; without any, an environment starts cold when a request finds none."""

    #: So many are always ready.
    provisioned_concurrency: int = 0
    auto_scaling: AutoScalingSettings | None = None
    #: Environments start from a snapshot. Each version that is published has one, billed until the version is deleted.
    snap_start: bool = False

    def __post_init__(self) -> None:
        require("provisioned_concurrency", self.provisioned_concurrency, self.provisioned_concurrency >= 0, "0 or more")
        require(
            "auto_scaling",
            self.auto_scaling,
            not (self.auto_scaling and self.provisioned_concurrency),
            "None while provisioned_concurrency is set, which each deployment would set the number back to",
        )
        require(
            "snap_start",
            self.snap_start,
            not (self.snap_start and self.most_provisioned),
            "False while environments are provisioned: Lambda refuses both on one function",
        )

    @property
    def most_provisioned(self) -> int:
        """How many environments it may keep ready, and so how many have to be allowed; 0: it never keeps any."""
        if self.auto_scaling is None:
            return self.provisioned_concurrency
        return max(one.max_environments for one in (self.auto_scaling, *self.auto_scaling.schedules))
