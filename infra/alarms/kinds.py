"""The two kinds of alarms on failures. Neither is woken by one of them, which at night may be all that there is.

A count takes minutes with a failure, M of the last N, however much goes well beside them. A rate takes a share or a
percentile of five minutes' streams, in two periods of three, and only of enough streams to speak of one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch

from ..settings import FAILURE_WINDOW_MINUTES, RATE_PERIOD_MINUTES, RATE_PERIODS, AlarmSettings
from .alarm import AlarmRecord

COUNT_PERIOD = cdk.Duration.minutes(1)
RATE_PERIOD = cdk.Duration.minutes(RATE_PERIOD_MINUTES)


def count_alarm(
    construct_id: str,
    metric: cloudwatch.IMetric,
    settings: AlarmSettings,
    *,
    told_after: cdk.Duration | None = None,
    pages: bool = True,
    description: str,
    runbook: str,
) -> AlarmRecord:
    """`told_after`: a failure may be dated as long ago as this when it is first told of."""
    late = math.ceil(told_after.to_minutes(integral=False)) if told_after else 0
    return AlarmRecord(
        construct_id=construct_id,
        metric=metric,
        threshold=1,
        datapoints=settings.failing_minutes,
        periods=FAILURE_WINDOW_MINUTES + late,
        pages=pages,
        description=description,
        runbook=runbook,
    )


def rate_alarm(
    construct_id: str,
    metric: cloudwatch.MathExpression,
    threshold: float,
    *,
    pages: bool,
    description: str,
    runbook: str,
) -> AlarmRecord:
    return AlarmRecord(
        construct_id=construct_id,
        metric=metric,
        threshold=threshold,
        datapoints=2,
        periods=RATE_PERIODS,
        pages=pages,
        description=description,
        runbook=runbook,
    )


def of_enough(
    value: str, metrics: Mapping[str, cloudwatch.IMetric], *, total: cloudwatch.IMetric, least: int
) -> cloudwatch.MathExpression:
    """`value` is an expression over `metrics` and `total`, and 0 where the total is less than the least."""
    return cloudwatch.MathExpression(
        expression=f"IF(total >= {least}, {value}, 0)",
        using_metrics={**metrics, "total": total},
        period=RATE_PERIOD,
        label=value,
    )
