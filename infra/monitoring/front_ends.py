"""What callers call, and what it counts of them; as sums, over the period that the reader wants."""

from __future__ import annotations

from dataclasses import dataclass

from aws_cdk import aws_cloudwatch as cloudwatch

from .service import Service


@dataclass(frozen=True, kw_only=True)
class FrontEnd:
    name: str
    title: str
    requests: cloudwatch.Metric
    client_errors: cloudwatch.Metric
    server_errors: cloudwatch.Metric


def front_ends(service: Service) -> tuple[FrontEnd, ...]:
    # CDK has no method for the metrics of a URL; they stand under the alias that it is on.
    # https://docs.aws.amazon.com/lambda/latest/dg/urls-monitoring.html
    alias, http_api, rest_api = service.stream.alias, service.http_api, service.rest_api
    return (
        FrontEnd(
            name="Url",
            title="the function URL",
            requests=alias.metric("UrlRequestCount", statistic="Sum"),
            client_errors=alias.metric("Url4xxCount", statistic="Sum"),
            server_errors=alias.metric("Url5xxCount", statistic="Sum"),
        ),
        FrontEnd(
            name="HttpApi",
            title="the HTTP API",
            requests=http_api.metric_count(statistic="Sum"),
            client_errors=http_api.metric_client_error(statistic="Sum"),
            server_errors=http_api.metric_server_error(statistic="Sum"),
        ),
        FrontEnd(
            name="RestApi",
            title="the REST API",
            requests=rest_api.metric_count(statistic="Sum"),
            client_errors=rest_api.metric_client_error(statistic="Sum"),
            server_errors=rest_api.metric_server_error(statistic="Sum"),
        ),
    )
