"""The streaming function, how its versions roll out, its URL, and the role that may call it."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from ..function.bedrock_access import grant_converse_stream
from ..function.web_function import WebFunction, WebFunctionProps
from ..settings import AlarmSettings, BedrockSettings, CanarySettings, CostLimits, ScalingSettings, UrlAuth
from .rollout import Rollout
from .url import StreamUrl


class StreamStack(cdk.Stack):
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
        bedrock: BedrockSettings | None,
        canary: CanarySettings | None,
        alarms: AlarmSettings,
    ) -> None:
        super().__init__(scope, construct_id, description="Streams text from a Python function")
        self.web_function = WebFunction(
            self,
            "Stream",
            service="stream",
            invoke_mode=lambda_.InvokeMode.RESPONSE_STREAM,
            timeout=cdk.Duration.seconds(limits.max_stream_seconds),
            props=props,
            reserved_concurrency=limits.reserved_concurrency,
            scaling=scaling,
        )
        if bedrock:
            grant_converse_stream(self.web_function.role, bedrock)
        self.rollout = Rollout(self, "Rollout", function=self.web_function, canary=canary, alarms=alarms)
        self.url = StreamUrl(self, "Url", function=self.web_function, auth=url_auth, cors_origins=cors_origins)
        invoker = self._build_invoker(self.url)
        cdk.CfnOutput(self, "StreamUrl", value=self.url.stream_url, description="GET ?input=TEXT or POST JSON, signed")
        cdk.CfnOutput(self, "InvokerRoleArn", value=invoker.role_arn, description="May call the URL, nothing else")
        cdk.CfnOutput(self, "StreamFunctionName", value=self.web_function.function.function_name)

    def _build_invoker(self, url: StreamUrl) -> iam.Role:
        role = iam.Role(self, "Invoker", assumed_by=iam.AccountPrincipal(self.account))
        url.function_url.grant_invoke_url(role)
        return role
