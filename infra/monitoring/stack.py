"""The alarm topic, the alarms that do not trigger a rollback, the dashboard and the saved queries.

No other stack depends on this one.
"""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from ..alarms.alarm import AlarmRecord, notify
from ..alarms.endpoints import client_errors_alarms, http_api_errors_alarm, rest_api_errors_alarm
from ..alarms.functions import concurrency_alarms, errors_alarm, no_traffic_alarms, spillover_alarms, throttles_alarm
from ..alarms.monitored import Service
from ..alarms.streams import backpressure_alarm
from ..settings import AlarmSettings
from .budget import MonthlyBudget
from .dashboard import StreamDashboard
from .incident import IncidentAlarm
from .log_queries import LogQueries
from .topic import AlarmTopic


class MonitoringStack(cdk.Stack):
    """The monitoring of a service. `rollback_alarms` exist already and become part of the incident alarm."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        service: Service,
        rollback_alarms: Sequence[cloudwatch.Alarm],
        account_concurrency: int,
        monthly_budget_usd: int | None,
        email: str | None,
        alarms: AlarmSettings,
    ) -> None:
        super().__init__(scope, construct_id, description="Alarms, their topic, a dashboard and saved queries")
        self._topic = AlarmTopic(self, "Alarms", email=email)
        records = _alarm_records(service, account_concurrency, alarms)
        added = self._add_alarms(records, rollback_alarms, alarms.runbook_url)
        StreamDashboard(
            self,
            "Dashboard",
            service=service,
            alarms=added,
            account_concurrency=account_concurrency,
        )
        LogQueries(self, "Queries", service=service)
        if monthly_budget_usd:
            stage = service.stream.metrics.stage
            MonthlyBudget(self, "Budget", usd=monthly_budget_usd, stage=stage, topic=self._topic)
        cdk.CfnOutput(self, "AlarmTopicArn", value=self._topic.topic.topic_arn)

    def _add_alarms(
        self, records: Sequence[AlarmRecord], rollback_alarms: Sequence[cloudwatch.Alarm], runbook_url: str
    ) -> list[cloudwatch.AlarmBase]:
        """Returns all alarms of the stage: the incident alarm, those that feed it, and the tickets."""
        topic = self._topic.topic
        incidents, tickets = list(rollback_alarms), list[cloudwatch.Alarm]()
        for record in records:
            alarm = record.add_to(self, runbook_url)
            (incidents if record.severity == "incident" else tickets).append(alarm)
        for alarm in tickets:
            notify(alarm, topic)
        incident = IncidentAlarm(self, "Pager", alarms=incidents, topic=topic, runbook_url=runbook_url)
        return [incident.alarm, *incidents, *tickets]


def _alarm_records(service: Service, account_concurrency: int, alarms: AlarmSettings) -> Sequence[AlarmRecord]:
    return (
        errors_alarm("Generate", service.generate, alarms),
        throttles_alarm("Stream", service.stream, alarms),
        throttles_alarm("Generate", service.generate, alarms),
        http_api_errors_alarm(service.http_api, alarms),
        rest_api_errors_alarm(service.rest_api, alarms),
        *client_errors_alarms(service, alarms),
        backpressure_alarm(service.stream.metrics, alarms),
        *concurrency_alarms(service, account_concurrency),
        *spillover_alarms(service.stream, alarms),
        *no_traffic_alarms(service.stream, alarms),
    )
