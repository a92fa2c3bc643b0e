"""Alarms as records: what is measured, when it fires, and the text of the notification.

There are two kinds of alarms on failures. Neither fires on a single failure, which at night may be all that happens.
A count alarm looks at minutes with a failure, M of the last N, however many streams succeed beside them. A rate alarm
looks at a share or a percentile of the streams of five minutes, in two of three periods with enough streams.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as cloudwatch_actions
from aws_cdk import aws_sns as sns
from constructs import Construct

from ..settings import FAILURE_WINDOW_MINUTES, RATE_PERIOD_MINUTES, RATE_PERIODS, AlarmSettings

COUNT_PERIOD = cdk.Duration.minutes(1)
RATE_PERIOD = cdk.Duration.minutes(RATE_PERIOD_MINUTES)

#: Users see an incident, so it feeds the incident alarm. A ticket notifies by itself and can wait for office hours.
Severity = Literal["incident", "ticket"]


@dataclass(frozen=True, kw_only=True)
class AlarmRecord:
    """An alarm that is not built yet."""

    construct_id: str
    metric: cloudwatch.IMetric
    #: The alarm fires at this value or above.
    threshold: float
    #: M of N: `datapoints` of the last `periods` must breach.
    datapoints: int
    periods: int
    #: A metric of failures has no data while nothing fails.
    missing_data: cloudwatch.TreatMissingData = cloudwatch.TreatMissingData.NOT_BREACHING
    severity: Severity
    #: The text of the notification: what happened and what to do.
    description: str
    #: The section of docs/runbook.md, as GitHub's anchor of its heading.
    runbook: str

    @classmethod
    def of_count(
        cls,
        construct_id: str,
        metric: cloudwatch.IMetric,
        settings: AlarmSettings,
        *,
        reporting_delay: cdk.Duration | None = None,
        severity: Severity = "incident",
        description: str,
        runbook: str,
    ) -> AlarmRecord:
        """Counts failures; `metric` has COUNT_PERIOD. `reporting_delay`: how late a data point may arrive."""
        delay_minutes = math.ceil(reporting_delay.to_minutes(integral=False)) if reporting_delay else 0
        return cls(
            construct_id=construct_id,
            metric=metric,
            threshold=1,
            datapoints=settings.failing_minutes,
            periods=FAILURE_WINDOW_MINUTES + delay_minutes,
            severity=severity,
            description=description,
            runbook=runbook,
        )

    @classmethod
    def of_rate(
        cls,
        construct_id: str,
        metric: cloudwatch.MathExpression,
        threshold: float,
        *,
        severity: Severity,
        description: str,
        runbook: str,
    ) -> AlarmRecord:
        """Watches a share or a percentile; `metric` is made by `with_min_samples`."""
        return cls(
            construct_id=construct_id,
            metric=metric,
            threshold=threshold,
            datapoints=2,
            periods=RATE_PERIODS,
            severity=severity,
            description=description,
            runbook=runbook,
        )

    def add_to(self, scope: Construct, runbook_url: str) -> cloudwatch.Alarm:
        """Builds the alarm without an action: the monitoring stack connects it to the topic or the incident alarm."""
        return cloudwatch.Alarm(
            scope,
            self.construct_id,
            metric=self.metric,
            threshold=self.threshold,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            datapoints_to_alarm=self.datapoints,
            evaluation_periods=self.periods,
            treat_missing_data=self.missing_data,
            alarm_description=with_runbook(self.description, runbook_url, self.runbook),
        )


def with_min_samples(
    value: str, metrics: Mapping[str, cloudwatch.IMetric], *, total: cloudwatch.IMetric, min_total: int
) -> cloudwatch.MathExpression:
    """Returns `value`, an expression over `metrics` and `total`, or 0 in periods with fewer than `min_total`."""
    return cloudwatch.MathExpression(
        expression=f"IF(total >= {min_total}, {value}, 0)",
        using_metrics={**metrics, "total": total},
        period=RATE_PERIOD,
        label=value,
    )


def with_runbook(description: str, runbook_url: str, anchor: str) -> str:
    """Returns the description with a link to a section of the runbook at its end."""
    return f"{description} {runbook_url}#{anchor}"


def notify(alarm: cloudwatch.AlarmBase, topic: sns.ITopic) -> None:
    """Makes the alarm write to the topic when it fires and when it is over."""
    alarm.add_alarm_action(cloudwatch_actions.SnsAction(topic))
    alarm.add_ok_action(cloudwatch_actions.SnsAction(topic))
