"""Alarms on the status codes of the endpoints: any 5xx, and a high share of 4xx."""

from __future__ import annotations

from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_apigatewayv2 as apigatewayv2

from ..function.web_function import WebFunction
from ..settings import AlarmSettings
from .alarm import COUNT_PERIOD, RATE_PERIOD, AlarmRecord, with_min_samples
from .endpoint_metrics import Endpoint, endpoints, http_api_endpoint, rest_api_endpoint, url_endpoint
from .monitored import Service


def url_errors_alarm(function: WebFunction, settings: AlarmSettings) -> AlarmRecord:
    return _server_errors_alarm(
        url_endpoint(function),
        settings,
        description="The function URL answered 5xx before a stream began (502: the function failed, 503: the source "
        "refused). Read the function's log lines of level WARNING and above at that minute.",
        runbook="function-url-server-errors",
    )


def http_api_errors_alarm(api: apigatewayv2.HttpApi, settings: AlarmSettings) -> AlarmRecord:
    return _server_errors_alarm(
        http_api_endpoint(api),
        settings,
        description="The HTTP API answered 5xx. 503 after 30 s means that the answer took longer than the API waits: "
        "use the streaming endpoint for it. For other codes read the access log's error.message, then the Generate "
        "function's log.",
        runbook="http-api-server-errors",
    )


def rest_api_errors_alarm(api: apigateway.RestApi, settings: AlarmSettings) -> AlarmRecord:
    return _server_errors_alarm(
        rest_api_endpoint(api),
        settings,
        description="The REST API answered 5xx before a stream began. Read the access log's error.message (a 502 can "
        "mean that the adapter's mode does not match), then the Stream function's log.",
        runbook="rest-api-server-errors",
    )


def _server_errors_alarm(endpoint: Endpoint, settings: AlarmSettings, *, description: str, runbook: str) -> AlarmRecord:
    return AlarmRecord.of_count(
        f"{endpoint.name}ServerErrors",
        endpoint.server_errors.with_(period=COUNT_PERIOD),
        settings,
        description=description,
        runbook=runbook,
    )


def client_errors_alarms(service: Service, settings: AlarmSettings) -> list[AlarmRecord]:
    """Returns one record for each endpoint."""
    return [_client_errors_alarm(endpoint, settings) for endpoint in endpoints(service)]


def _client_errors_alarm(endpoint: Endpoint, settings: AlarmSettings) -> AlarmRecord:
    refused, requests = (metric.with_(period=RATE_PERIOD) for metric in (endpoint.client_errors, endpoint.requests))
    return AlarmRecord.of_rate(
        f"{endpoint.name}ClientErrors",
        with_min_samples("refused / total", {"refused": refused}, total=requests, min_total=settings.min_streams),
        settings.client_error_share,
        severity="ticket",
        description=f"{settings.client_error_share:.1%} or more of the requests to {endpoint.title} got a 4xx. Likely "
        "causes are a client that retries an invalid request, an expired token or signature, or somebody who probes "
        "the service. Count the requests by status.",
        runbook="client-errors",
    )
