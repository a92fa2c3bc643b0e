"""The streaming function, the rollout of its versions, its URL, and the role that may invoke the URL."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from ..function.web_function import WebFunction, WebFunctionProps
from ..names import INVOKER_ID, INVOKER_ROLE_ARN_OUTPUT, STREAM_URL_OUTPUT
from ..settings import AlarmSettings, CanarySettings, CostLimits, ScalingSettings, UrlAuth
from .rollout import Rollout
from .url import StreamUrl


class StreamStack(cdk.Stack):
    """The stack of the streaming function. Of `limits` it takes the timeout and the reservation."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        limits: CostLimits,
        props: WebFunctionProps,
        scaling: ScalingSettings,
        url_auth: UrlAuth,
        cors_origins: Sequence[str],
        canary: CanarySettings | None,
        alarms: AlarmSettings,
        log_retention_days: int,
    ) -> None:
        super().__init__(scope, construct_id, description="Streams text from a Python function")
        self.web_function = WebFunction(
            self,
            "Stream",
            service="stream",
            invoke_mode=lambda_.InvokeMode.RESPONSE_STREAM,
            timeout=cdk.Duration.seconds(limits.max_stream_seconds),
            props=props,
            log_retention_days=log_retention_days,
            reserved_concurrency=limits.reserved_concurrency,
            scaling=scaling,
        )
        self.rollout = Rollout(self, "Rollout", function=self.web_function, canary=canary, alarms=alarms)
        self.url = StreamUrl(self, "Url", function=self.web_function, auth=url_auth, cors_origins=cors_origins)
        self._add_outputs(self._build_invoker(self.url))

    def _build_invoker(self, url: StreamUrl) -> iam.Role:
        role = iam.Role(self, INVOKER_ID, assumed_by=iam.AccountPrincipal(self.account))
        url.function_url.grant_invoke_url(role)
        return role

    def _add_outputs(self, invoker: iam.Role) -> None:
        cdk.CfnOutput(
            self,
            STREAM_URL_OUTPUT,
            value=self.url.stream_url,
            description="The URL that streams: GET with ?input=TEXT or POST of JSON, signed",
        )
        cdk.CfnOutput(
            self,
            INVOKER_ROLE_ARN_OUTPUT,
            value=invoker.role_arn,
            description="The role that may invoke the function URL and may do nothing else",
        )
        cdk.CfnOutput(self, "StreamFunctionName", value=self.web_function.function.function_name)
