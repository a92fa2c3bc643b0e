"""Alarms on what the front ends answer: 5xx, and storms of 4xx."""

from __future__ import annotations

from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_apigatewayv2 as apigatewayv2

from ..function.web_function import WebFunction
from ..settings import AlarmSettings
from .alarm import AlarmRecord
from .endpoint_metrics import FrontEnd, front_ends, http_api_front_end, rest_api_front_end, url_front_end
from .kinds import COUNT_PERIOD, RATE_PERIOD, count_alarm, of_enough, rate_alarm
from .monitored import Service


def url_errors_alarm(function: WebFunction, settings: AlarmSettings) -> AlarmRecord:
    return _server_errors_alarm(
        url_front_end(function),
        settings,
        description="The function URL answered 5xx before a stream began (502: the function failed, 503: the source "
        "refused). Read the function's log lines of level WARNING and above at that minute.",
        runbook="function-url-server-errors",
    )


def http_api_errors_alarm(api: apigatewayv2.HttpApi, settings: AlarmSettings) -> AlarmRecord:
    return _server_errors_alarm(
        http_api_front_end(api),
        settings,
        description="The HTTP API answered 5xx. 503 after 30 s: the answer was too long for it, send the client to "
        "the stream; others: read the access log's error.message, then the Generate function's log.",
        runbook="http-api-server-errors",
    )


def rest_api_errors_alarm(api: apigateway.RestApi, settings: AlarmSettings) -> AlarmRecord:
    return _server_errors_alarm(
        rest_api_front_end(api),
        settings,
        description="The REST API answered 5xx before a stream began. Read the access log's error.message: a mode "
        "that does not match shows as 502, then the Stream function's log.",
        runbook="rest-api-server-errors",
    )


def _server_errors_alarm(
    front_end: FrontEnd, settings: AlarmSettings, *, description: str, runbook: str
) -> AlarmRecord:
    return count_alarm(
        f"{front_end.name}ServerErrors",
        front_end.server_errors.with_(period=COUNT_PERIOD),
        settings,
        description=description,
        runbook=runbook,
    )


def client_errors_alarms(service: Service, settings: AlarmSettings) -> list[AlarmRecord]:
    return [_client_errors_alarm(front_end, settings) for front_end in front_ends(service)]


def _client_errors_alarm(front_end: FrontEnd, settings: AlarmSettings) -> AlarmRecord:
    refused, requests = (metric.with_(period=RATE_PERIOD) for metric in (front_end.client_errors, front_end.requests))
    return rate_alarm(
        f"{front_end.name}ClientErrors",
        of_enough("refused / total", {"refused": refused}, total=requests, least=settings.least_streams),
        settings.client_error_share,
        pages=False,
        description=f"Of the requests to {front_end.title}, {settings.client_error_share:.1%} or more were refused "
        "with 4xx: a client that retries a mistake, an expired token or signature, or somebody who tries doors. Count "
        "by status.",
        runbook="client-errors",
    )
