"""A composite alarm: one notification per incident."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_sns as sns
from constructs import Construct

from ..alarms.alarm import notify, with_runbook


class IncidentAlarm(Construct):
    """An alarm that fires while at least one of `alarms` does, and notifies once, however many of them fire."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        alarms: Sequence[cloudwatch.IAlarm],
        topic: sns.ITopic,
        runbook_url: str,
    ) -> None:
        super().__init__(scope, construct_id)
        firing = [cloudwatch.AlarmRule.from_alarm(alarm, cloudwatch.AlarmState.ALARM) for alarm in alarms]
        self.alarm = cloudwatch.CompositeAlarm(
            self,
            "BrokenStreams",
            alarm_rule=cloudwatch.AlarmRule.any_of(*firing),
            alarm_description=with_runbook(
                "Users see broken or missing answers. The alarms below this one say what is broken. There is no second "
                "notification until all of them are over.",
                runbook_url,
                "broken-streams",
            ),
        )
        notify(self.alarm, topic)
