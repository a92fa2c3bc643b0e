"""The public endpoints and their CloudWatch request metrics (Sum).

The metrics have CDK's default period; a reader sets its own with `metric.with_(period=...)`.
"""

from __future__ import annotations

from dataclasses import dataclass

from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_apigatewayv2 as apigatewayv2
from aws_cdk import aws_cloudwatch as cloudwatch

from ..function.web_function import WebFunction
from .monitored import Service

_SUM = "Sum"


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """A URL that callers use. `name` begins the ids of its alarms, `title` stands in texts for people."""

    name: str
    title: str
    requests: cloudwatch.Metric
    client_errors: cloudwatch.Metric
    server_errors: cloudwatch.Metric


def endpoints(service: Service) -> tuple[Endpoint, ...]:
    """Returns every endpoint of the service."""
    return (
        url_endpoint(service.stream),
        http_api_endpoint(service.http_api),
        rest_api_endpoint(service.rest_api),
    )


def url_endpoint(function: WebFunction) -> Endpoint:
    # CDK has no method for the metrics of a URL; CloudWatch has them under the alias of the URL.
    # https://docs.aws.amazon.com/lambda/latest/dg/urls-monitoring.html
    return Endpoint(
        name="Url",
        title="the function URL",
        requests=function.alias.metric("UrlRequestCount", statistic=_SUM),
        client_errors=function.alias.metric("Url4xxCount", statistic=_SUM),
        server_errors=function.alias.metric("Url5xxCount", statistic=_SUM),
    )


def http_api_endpoint(api: apigatewayv2.HttpApi) -> Endpoint:
    return _api_endpoint("HttpApi", "the HTTP API", api)


def rest_api_endpoint(api: apigateway.RestApi) -> Endpoint:
    return _api_endpoint("RestApi", "the REST API", api)


def _api_endpoint(name: str, title: str, api: apigatewayv2.HttpApi | apigateway.RestApi) -> Endpoint:
    return Endpoint(
        name=name,
        title=title,
        requests=api.metric_count(statistic=_SUM),
        client_errors=api.metric_client_error(statistic=_SUM),
        server_errors=api.metric_server_error(statistic=_SUM),
    )
