"""The settings of cold starts: provisioned concurrency, its scaling, and SnapStart."""

from __future__ import annotations

from dataclasses import dataclass

from .base import Settings
from .cron import is_cron
from .patterns import TIME_ZONE
from .rules import require


@dataclass(frozen=True, kw_only=True)
class EnvironmentRange(Settings):
    """The least and the most environments that are provisioned."""

    min_environments: int
    max_environments: int

    def _check(self) -> None:
        low, high = self.min_environments, self.max_environments
        # A range from 0 would never grow, because the utilization of no environment cannot be measured.
        holds = 1 <= low <= high or low == high == 0
        require("min_environments", low, holds, f"1 to max_environments ({high}), or 0 for both")


@dataclass(frozen=True, kw_only=True)
class ScheduledRange(EnvironmentRange):
    """A range that applies from the times of a schedule on."""

    #: A cron expression such as `cron(0 7 ? * MON-FRI *)`: at seven in the morning of each working day.
    schedule: str
    time_zone: str = "UTC"

    def _check(self) -> None:
        super()._check()
        require(
            "schedule",
            self.schedule,
            is_cron(self.schedule),
            "'cron(...)' with minutes, hours, day of month, month, day of week and year, and ? for one of the two days",
        )
        is_zone = bool(TIME_ZONE.fullmatch(self.time_zone))
        require("time_zone", self.time_zone, is_zone, "the name of a time zone, such as 'Europe/Berlin'")


@dataclass(frozen=True, kw_only=True)
class AutoScalingSettings(EnvironmentRange):
    """The range until the first schedule applies, and the target that moves the number within the current range.

    Scaling takes minutes; requests that come faster start cold, in environments that are not provisioned.
    """

    #: The share of provisioned environments that should be in use; each open stream uses one. None: schedules only.
    target_utilization: float | None = 0.7
    schedules: tuple[ScheduledRange, ...] = ()

    def _check(self) -> None:
        super()._check()
        target = self.target_utilization
        # https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html
        allowed = "0.1 to 0.9, or None with schedules"
        require("target_utilization", target, bool(self.schedules) if target is None else 0.1 <= target <= 0.9, allowed)


@dataclass(frozen=True, kw_only=True)
class ScalingSettings(Settings):
    """At most one of three ways to avoid cold starts. Without one, a request that finds no free environment waits."""

    #: A fixed number of provisioned environments.
    provisioned_concurrency: int = 0
    auto_scaling: AutoScalingSettings | None = None
    #: Environments start from a snapshot. Every published version has one, which is billed until its deletion.
    snap_start: bool = False

    def _check(self) -> None:
        require("provisioned_concurrency", self.provisioned_concurrency, self.provisioned_concurrency >= 0, "0 or more")
        require(
            "auto_scaling",
            self.auto_scaling,
            not (self.auto_scaling and self.provisioned_concurrency),
            "None while provisioned_concurrency is set: each deployment would reset the number to that",
        )
        require(
            "snap_start",
            self.snap_start,
            not (self.snap_start and self.max_provisioned),
            "False while environments are provisioned: Lambda rejects both on one function",
        )

    @property
    def max_provisioned(self) -> int:
        """The most environments that any setting here provisions, and so what the concurrency limit must allow."""
        if self.auto_scaling is None:
            return self.provisioned_concurrency
        return max(one.max_environments for one in (self.auto_scaling, *self.auto_scaling.schedules))
