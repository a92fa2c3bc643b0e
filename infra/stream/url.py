"""A function URL that streams."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from functions.stream.streaming.settings import TOKEN_HEADER

from ..function.web_function import WebFunction
from ..settings import UrlAuth

# What a browser sends: the type of the body, a signature, the hash that CloudFront requires, and a token.
_CORS_REQUEST_HEADERS = [
    "content-type",
    "authorization",
    "x-amz-date",
    "x-amz-security-token",
    "x-amz-content-sha256",
    TOKEN_HEADER,
]


class StreamUrl(Construct):
    """The URL of the alias, so that a rollout reaches its callers. CORS is handled here and not in the application."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        function: WebFunction,
        auth: UrlAuth,
        cors_origins: Sequence[str],
    ) -> None:
        super().__init__(scope, construct_id)
        function.require_mode(lambda_.InvokeMode.RESPONSE_STREAM, "a streaming function URL")
        if auth == "NONE":
            cdk.Annotations.of(self).add_warning_v2(
                "streaming:PublicUrl",
                "url_auth is NONE: anyone on the internet may call the function URL, and you pay for every call.",
            )
        self.function_url = function.alias.add_function_url(
            auth_type=lambda_.FunctionUrlAuthType[auth],
            invoke_mode=function.invoke_mode,
            cors=_cors(cors_origins) if cors_origins else None,
        )

    @property
    def stream_url(self) -> str:
        """The address of the route that streams, on the function URL."""
        return f"{self.function_url.url}stream"


def _cors(origins: Sequence[str]) -> lambda_.FunctionUrlCorsOptions:
    return lambda_.FunctionUrlCorsOptions(
        allowed_origins=list(origins),
        allowed_methods=[lambda_.HttpMethod.GET, lambda_.HttpMethod.POST],
        allowed_headers=_CORS_REQUEST_HEADERS,
        # A page reads no others, and these say when to ask again and which token to bring.
        exposed_headers=["retry-after", "www-authenticate"],
        max_age=cdk.Duration.hours(1),
    )
