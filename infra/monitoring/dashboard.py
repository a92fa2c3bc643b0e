"""A dashboard of one screen: alarms, outcomes, traffic, latency, concurrency and cost."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from ..alarms.monitored import Service
from .panels import Row, concurrency_row, cost_row, latency_row, outcome_row, traffic_row


class StreamDashboard(Construct):
    """The dashboard of a stage. `account_concurrency` is the limit of a function without a reservation."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        service: Service,
        alarms: Sequence[cloudwatch.IAlarm],
        account_concurrency: int,
    ) -> None:
        super().__init__(scope, construct_id)
        status = cloudwatch.AlarmStatusWidget(title="Alarms", alarms=list(alarms), width=24, height=3)
        rows: list[Row] = [
            [status],
            outcome_row(service),
            traffic_row(service),
            latency_row(service.stream.metrics),
            concurrency_row(service.stream, account_concurrency),
            cost_row(service),
        ]
        self.dashboard = cloudwatch.Dashboard(self, "Dashboard", widgets=rows, default_interval=cdk.Duration.hours(3))
