"""The APIs: an HTTP API to the buffered function, and a REST API that streams from the streaming function.

docs/architecture.md, deviation 12.
"""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from ..function.web_function import WebFunction, WebFunctionProps
from ..settings import JwtSettings, ThrottleSettings
from .http_api import BufferedHttpApi
from .rest_api import StreamingRestApi


class ApiStack(cdk.Stack):
    """The buffered function and both APIs. `stream_function` is the one behind the REST API."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        stream_function: WebFunction,
        generate_timeout: cdk.Duration,
        generate_concurrency: int | None,
        props: WebFunctionProps,
        jwt: JwtSettings | None,
        throttle: ThrottleSettings,
        log_retention_days: int,
    ) -> None:
        super().__init__(scope, construct_id, description="HTTP API and streaming REST API")
        # The adapter's mode belongs to a function and not to a request, so one asset needs two functions.
        self.web_function = WebFunction(
            self,
            "Generate",
            service="generate",
            invoke_mode=lambda_.InvokeMode.BUFFERED,
            timeout=generate_timeout,
            props=props,
            log_retention_days=log_retention_days,
            reserved_concurrency=generate_concurrency,
        )
        self.http_api = BufferedHttpApi(
            self,
            "GenerateApi",
            function=self.web_function,
            jwt=jwt,
            throttle=throttle,
            log_retention_days=log_retention_days,
        )
        self.rest_api = StreamingRestApi(
            self, "StreamApi", function=stream_function, throttle=throttle, log_retention_days=log_retention_days
        )
        self._add_outputs()

    def _add_outputs(self) -> None:
        cdk.CfnOutput(
            self,
            "HttpApiUrl",
            value=self.http_api.api.api_endpoint,
            description="The root of the HTTP API, which answers POST /generate as a whole",
        )
        cdk.CfnOutput(
            self,
            "RestApiStreamUrl",
            value=self.rest_api.api.url_for_path("/stream"),
            description="The URL of the REST API that streams: GET with ?input=TEXT or POST of JSON, signed",
        )
        cdk.CfnOutput(self, "GenerateFunctionName", value=self.web_function.function.function_name)
