"""What callers call, and what it counts of them; as sums, over the period that the reader wants."""

from __future__ import annotations

from dataclasses import dataclass

from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_apigatewayv2 as apigatewayv2
from aws_cdk import aws_cloudwatch as cloudwatch

from ..function.web_function import WebFunction
from .monitored import Service

_SUM = "Sum"


@dataclass(frozen=True, kw_only=True)
class FrontEnd:
    name: str
    title: str
    requests: cloudwatch.Metric
    client_errors: cloudwatch.Metric
    server_errors: cloudwatch.Metric


def front_ends(service: Service) -> tuple[FrontEnd, ...]:
    return (
        url_front_end(service.stream),
        http_api_front_end(service.http_api),
        rest_api_front_end(service.rest_api),
    )


def url_front_end(function: WebFunction) -> FrontEnd:
    # CDK has no method for the metrics of a URL; they stand under the alias that it is on.
    # https://docs.aws.amazon.com/lambda/latest/dg/urls-monitoring.html
    return FrontEnd(
        name="Url",
        title="the function URL",
        requests=function.alias.metric("UrlRequestCount", statistic=_SUM),
        client_errors=function.alias.metric("Url4xxCount", statistic=_SUM),
        server_errors=function.alias.metric("Url5xxCount", statistic=_SUM),
    )


def http_api_front_end(api: apigatewayv2.HttpApi) -> FrontEnd:
    return _api_front_end("HttpApi", "the HTTP API", api)


def rest_api_front_end(api: apigateway.RestApi) -> FrontEnd:
    return _api_front_end("RestApi", "the REST API", api)


def _api_front_end(name: str, title: str, api: apigatewayv2.HttpApi | apigateway.RestApi) -> FrontEnd:
    return FrontEnd(
        name=name,
        title=title,
        requests=api.metric_count(statistic=_SUM),
        client_errors=api.metric_client_error(statistic=_SUM),
        server_errors=api.metric_server_error(statistic=_SUM),
    )
