"""The alarms of this service: which number, from when on, and what to do about it."""

from __future__ import annotations

from functools import partial

import aws_cdk as cdk
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_apigatewayv2 as apigatewayv2
from aws_cdk import aws_cloudwatch as cloudwatch

from .alarms import AlarmRecord
from .web_function import WebFunction

_PERIOD = cdk.Duration.minutes(1)
_SATURATION = 0.8

# A metric of failures has no data while nothing fails.
_failure_alarm = partial(
    AlarmRecord,
    threshold=1,
    datapoints=2,
    periods=5,
    missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
)


def function_alarms(name: str, function: WebFunction) -> list[AlarmRecord]:
    return [
        _failure_alarm(
            construct_id=f"{name}Errors",
            metric=function.alias.metric_errors(period=_PERIOD),
            description=f"Invocations of the {name} function failed: it crashed, timed out or never became ready. "
            f"Read {function.log_group.node.path} for the last lines before the failure; roll the alias back if it "
            "began with a deployment.",
        ),
        _failure_alarm(
            construct_id=f"{name}Throttles",
            metric=function.alias.metric_throttles(period=_PERIOD),
            description=f"Callers of the {name} function were turned away with 429: every environment was busy. Look "
            "for streams that hang or for a burst of traffic; raise reserved_concurrency or the account's quota.",
        ),
    ]


def url_alarm(function: WebFunction) -> AlarmRecord:
    return _failure_alarm(
        construct_id="UrlServerErrors",
        metric=_url_metric(function, "Url5xxCount"),
        description="The function URL answered 5xx before a stream began (502: the function failed, 503: the source "
        "refused). Read the function's log lines of level WARNING and above at that minute.",
    )


def http_api_alarm(api: apigatewayv2.HttpApi) -> AlarmRecord:
    return _failure_alarm(
        construct_id="HttpApiServerErrors",
        metric=api.metric_server_error(period=_PERIOD, statistic="Sum"),
        description="The HTTP API answered 5xx. 503 after 30 s: the answer was too long for it, send the client to "
        "the stream; others: read the access log's error.message, then the Generate function's log.",
    )


def rest_api_alarm(api: apigateway.RestApi) -> AlarmRecord:
    return _failure_alarm(
        construct_id="RestApiServerErrors",
        metric=api.metric_server_error(period=_PERIOD, statistic="Sum"),
        description="The REST API answered 5xx before a stream began. Read the access log's error.message: a mode "
        "that does not match shows as 502, then the Stream function's log.",
    )


def concurrency_alarm(function: WebFunction, reserved: int | None, account_limit: int) -> AlarmRecord:
    limit = reserved or account_limit
    metric = (
        function.function.metric("ConcurrentExecutions", period=_PERIOD, statistic="Maximum")
        if reserved
        else _lambda_metric("ClaimedAccountConcurrency", {}, "Maximum")
    )
    return AlarmRecord(
        construct_id="ConcurrencyNearLimit",
        metric=metric,
        threshold=limit * _SATURATION,
        datapoints=3,
        periods=5,
        missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        description=f"More than {_SATURATION:.0%} of {limit} concurrent executions are taken; each open stream holds "
        "one for its whole life. At the limit new callers get 429: raise the limit, or shorten the streams.",
    )


def _url_metric(function: WebFunction, name: str) -> cloudwatch.Metric:
    """CDK has no method for the metrics of a URL; they stand under the alias that the URL is on.

    https://docs.aws.amazon.com/lambda/latest/dg/urls-monitoring.html
    """
    dimensions = {
        "FunctionName": function.function.function_name,
        "Resource": f"{function.function.function_name}:{function.alias.alias_name}",
    }
    return _lambda_metric(name, dimensions, "Sum")


def _lambda_metric(name: str, dimensions: dict[str, str], statistic: str) -> cloudwatch.Metric:
    return cloudwatch.Metric(
        namespace="AWS/Lambda", metric_name=name, dimensions_map=dimensions, period=_PERIOD, statistic=statistic
    )
