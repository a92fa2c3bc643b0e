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
    missing_data: cloudwatch.TreatMissingData
    #: What happened and what to do; it is the text of the notification.
    description: str


def add_alarm(scope: Construct, record: AlarmRecord, topic: sns.ITopic) -> cloudwatch.Alarm:
    alarm = cloudwatch.Alarm(
        scope,
        record.construct_id,
        metric=record.metric,
        threshold=record.threshold,
        comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        datapoints_to_alarm=record.datapoints,
        evaluation_periods=record.periods,
        treat_missing_data=record.missing_data,
        alarm_description=record.description,
    )
    alarm.add_alarm_action(cloudwatch_actions.SnsAction(topic))
    alarm.add_ok_action(cloudwatch_actions.SnsAction(topic))
    return alarm
