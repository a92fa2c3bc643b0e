"""What wakes somebody."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_sns as sns
from constructs import Construct

from ..alarms.alarm import notify, with_runbook


class Pager(Construct):
    """One alarm over all that users can see, so that one incident is one page, however many alarms it sets off."""

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
        on = [cloudwatch.AlarmRule.from_alarm(alarm, cloudwatch.AlarmState.ALARM) for alarm in alarms]
        self.alarm = cloudwatch.CompositeAlarm(
            self,
            "BrokenStreams",
            alarm_rule=cloudwatch.AlarmRule.any_of(*on),
            alarm_description=with_runbook(
                "Users see broken or missing answers. Which of the alarms below this one are on says what is broken; "
                "there is no second notification until all of them are off again.",
                runbook_url,
                "broken-streams",
            ),
        )
        notify(self.alarm, topic)
