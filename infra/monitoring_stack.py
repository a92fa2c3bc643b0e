"""Alarms on what the other stacks hand over. Nothing depends on this stack.

There is none on the streaming function's Duration: it is the length of the answer.
"""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_apigatewayv2 as apigatewayv2
from constructs import Construct

from .alarm_topic import AlarmTopic
from .alarms import add_alarm
from .service_alarms import concurrency_alarm, function_alarms, http_api_alarm, rest_api_alarm, url_alarm
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
        reserved_concurrency: int | None,
        account_concurrency: int,
        email: str | None,
    ) -> None:
        super().__init__(scope, construct_id, description="Alarms and where they go")
        topic = AlarmTopic(self, "Alarms", email=email).topic
        records = (
            *function_alarms("Stream", stream_function),
            *function_alarms("Generate", generate_function),
            url_alarm(stream_function),
            http_api_alarm(http_api),
            rest_api_alarm(rest_api),
            concurrency_alarm(stream_function, reserved_concurrency, account_concurrency),
        )
        for record in records:
            add_alarm(self, record, topic)
        cdk.CfnOutput(self, "AlarmTopicArn", value=topic.topic_arn)
