"""Application Auto Scaling of the provisioned environments of an alias."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_applicationautoscaling as application_autoscaling
from aws_cdk import aws_lambda as lambda_

from ..settings import AutoScalingSettings


def add_auto_scaling(alias: lambda_.Alias, settings: AutoScalingSettings) -> None:
    """Scales by utilization, by schedule, or by both.

    The alias itself must not set a number of environments: every deployment would reset the number to that.
    """
    target = alias.add_auto_scaling(min_capacity=settings.min_environments, max_capacity=settings.max_environments)
    if settings.target_utilization is not None:
        target.scale_on_utilization(utilization_target=settings.target_utilization)
    for position, scheduled in enumerate(settings.schedules):
        target.scale_on_schedule(
            f"Schedule{position}",
            schedule=application_autoscaling.Schedule.expression(scheduled.schedule),
            time_zone=cdk.TimeZone.of(scheduled.time_zone),
            min_capacity=scheduled.min_environments,
            max_capacity=scheduled.max_environments,
        )
