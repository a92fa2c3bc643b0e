"""Who is told of alarms, and the alarms that are not the rollout's brakes. Nothing depends on this stack."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_apigatewayv2 as apigatewayv2
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from .alarm_topic import AlarmTopic
from .alarms import add_alarm, notify
from .front_end_alarms import client_errors_alarms, http_api_errors_alarm, rest_api_errors_alarm
from .function_alarms import concurrency_alarm, errors_alarm, no_traffic_alarms, spillover_alarms, throttles_alarm
from .pager import Pager
from .settings import AlarmSettings
from .stream_alarms import backpressure_alarm
from .web_function import WebFunction


class MonitoringStack(cdk.Stack):
    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        stream_function: WebFunction,
        generate_function: WebFunction,
        http_api: apigatewayv2.HttpApi,
        rest_api: apigateway.RestApi,
        brakes: Sequence[cloudwatch.Alarm],
        account_concurrency: int,
        email: str | None,
        alarms: AlarmSettings,
    ) -> None:
        super().__init__(scope, construct_id, description="Alarms and where they go")
        topic = AlarmTopic(self, "Alarms", email=email).topic
        records = (
            errors_alarm("Generate", generate_function, alarms),
            throttles_alarm("Stream", stream_function, alarms),
            throttles_alarm("Generate", generate_function, alarms),
            http_api_errors_alarm(http_api, alarms),
            rest_api_errors_alarm(rest_api, alarms),
            *client_errors_alarms(stream_function, http_api, rest_api, alarms),
            backpressure_alarm(stream_function.metrics, alarms),
            concurrency_alarm(stream_function, account_concurrency),
            *spillover_alarms(stream_function, alarms),
            *no_traffic_alarms(stream_function, alarms),
        )
        paging = list(brakes)
        for record in records:
            alarm = add_alarm(self, record, runbook_url=alarms.runbook_url)
            if record.pages:
                paging.append(alarm)
            else:
                notify(alarm, topic)
        Pager(self, "Pager", alarms=paging, topic=topic, runbook_url=alarms.runbook_url)
        cdk.CfnOutput(self, "AlarmTopicArn", value=topic.topic_arn)
