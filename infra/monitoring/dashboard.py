"""One screen that says whether it streams, for whom, how fast, and at what cost."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from ..alarms.monitored import Service
from .panels import Row, at_what_cost, for_whom, how_fast, how_full, is_it_streaming


class StreamDashboard(Construct):
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
            is_it_streaming(service),
            for_whom(service),
            how_fast(service.stream.metrics),
            how_full(service.stream, account_concurrency),
            at_what_cost(service),
        ]
        self.dashboard = cloudwatch.Dashboard(self, "Dashboard", widgets=rows, default_interval=cdk.Duration.hours(3))
