"""The APIs: an HTTP API to the buffered twin, and a REST API that streams from the streaming function."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from ..function.bedrock_access import grant_converse_stream
from ..function.web_function import WebFunction, WebFunctionProps
from ..settings import BedrockSettings, JwtSettings, ThrottleSettings
from .http_api import GenerateApi
from .rest_api import StreamApi


class ApiStack(cdk.Stack):
    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        stream_function: WebFunction,
        generate_timeout: cdk.Duration,
        props: WebFunctionProps,
        bedrock: BedrockSettings | None,
        jwt: JwtSettings | None,
        throttle: ThrottleSettings,
    ) -> None:
        super().__init__(scope, construct_id, description="HTTP API and streaming REST API")
        # One asset, two functions: the adapter's mode is a function's, not a request's.
        self.web_function = WebFunction(
            self,
            "Generate",
            service="generate",
            invoke_mode=lambda_.InvokeMode.BUFFERED,
            timeout=generate_timeout,
            props=props,
        )
        if bedrock:
            grant_converse_stream(self.web_function.role, bedrock)
        days = props.log_retention_days
        self.generate_api = GenerateApi(
            self, "GenerateApi", function=self.web_function, jwt=jwt, throttle=throttle, log_retention_days=days
        )
        self.stream_api = StreamApi(
            self, "StreamApi", function=stream_function, throttle=throttle, log_retention_days=days
        )
        self._add_outputs()

    def _add_outputs(self) -> None:
        cdk.CfnOutput(self, "HttpApiUrl", value=self.generate_api.api.api_endpoint, description="POST /generate")
        cdk.CfnOutput(
            self, "RestApiStreamUrl", value=self.stream_api.api.url_for_path("/stream"), description="Streams, signed"
        )
        cdk.CfnOutput(self, "GenerateFunctionName", value=self.web_function.function.function_name)
