"""The deployed resources that monitoring watches."""

from __future__ import annotations

from dataclasses import dataclass

from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_apigatewayv2 as apigatewayv2

from ..function.web_function import WebFunction


@dataclass(frozen=True, kw_only=True)
class Service:
    """The functions of a stage and the APIs in front of them."""

    stream: WebFunction
    #: The buffered function.
    generate: WebFunction
    http_api: apigatewayv2.HttpApi
    rest_api: apigateway.RestApi
