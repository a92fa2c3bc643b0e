"""What answers callers in a stage, as those see it who watch over it."""

from __future__ import annotations

from dataclasses import dataclass

from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_apigatewayv2 as apigatewayv2

from ..function.web_function import WebFunction


@dataclass(frozen=True, kw_only=True)
class Service:
    stream: WebFunction
    #: The buffered twin.
    generate: WebFunction
    http_api: apigatewayv2.HttpApi
    rest_api: apigateway.RestApi
