"""An alarm as a record, and what turns records into alarms."""

from __future__ import annotations

from dataclasses import dataclass

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as cloudwatch_actions
from aws_cdk import aws_sns as sns
from constructs import Construct


@dataclass(frozen=True, kw_only=True)
class AlarmRecord:
    construct_id: str
    metric: cloudwatch.IMetric
    #: The alarm fires at this value or above.
    threshold: float
    #: In as many of as many periods.
    datapoints: int
    periods: int
    #: A metric of failures has no data while nothing fails.
    missing_data: cloudwatch.TreatMissingData = cloudwatch.TreatMissingData.NOT_BREACHING
    #: Users see it: it wakes somebody. The others wait for office hours.
    pages: bool
    #: What happened and what to do; it is the text of the notification.
    description: str
    #: The section of docs/runbook.md, as GitHub's anchor of its heading.
    runbook: str


def add_alarm(scope: Construct, record: AlarmRecord, *, runbook_url: str) -> cloudwatch.Alarm:
    """Without an action: whoever sees topic and pager wires it to one of them."""
    return cloudwatch.Alarm(
        scope,
        record.construct_id,
        metric=record.metric,
        threshold=record.threshold,
        comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        datapoints_to_alarm=record.datapoints,
        evaluation_periods=record.periods,
        treat_missing_data=record.missing_data,
        alarm_description=with_runbook(record.description, runbook_url, record.runbook),
    )


def with_runbook(description: str, runbook_url: str, anchor: str) -> str:
    return f"{description} {runbook_url}#{anchor}"


def notify(alarm: cloudwatch.AlarmBase, topic: sns.ITopic) -> None:
    alarm.add_alarm_action(cloudwatch_actions.SnsAction(topic))
    alarm.add_ok_action(cloudwatch_actions.SnsAction(topic))
