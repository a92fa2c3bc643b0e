"""Alarms on Lambda's own function metrics: failures, throttles, concurrency, and no traffic at all.

No alarm watches the Duration of the streaming function: it is the length of the answer.
"""

from __future__ import annotations

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_lambda as lambda_

from ..function.web_function import WebFunction
from ..settings import AlarmSettings
from .alarm import COUNT_PERIOD, AlarmRecord
from .monitored import Service

_SATURATION = 0.8


def errors_alarm(name: str, function: WebFunction, settings: AlarmSettings) -> AlarmRecord:
    """`name` begins the alarm's id and names the function in its text."""
    return AlarmRecord.of_count(
        f"{name}Errors",
        function.alias.metric_errors(period=COUNT_PERIOD),
        settings,
        # Lambda reports an invocation at its end and dates it by its start.
        # https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-view.html
        reporting_delay=function.timeout,
        description=f"Invocations of the {name} function failed: it crashed, timed out or never became ready. "
        f"Read the last lines before the failure in {function.log_group.node.path}. If it began with a deployment, "
        "roll back.",
        runbook="function-errors",
    )


def throttles_alarm(name: str, function: WebFunction, settings: AlarmSettings) -> AlarmRecord:
    """`name` begins the alarm's id and names the function in its text."""
    return AlarmRecord.of_count(
        f"{name}Throttles",
        function.alias.metric_throttles(period=COUNT_PERIOD),
        settings,
        description=f"Callers of the {name} function got 429, because every environment was busy. Look for streams "
        "that hang or for a burst of traffic; raise reserved_concurrency or the account's quota.",
        runbook="throttles",
    )


def concurrency_alarms(service: Service, account_limit: int) -> list[AlarmRecord]:
    """Returns one record for each function with a reservation, or without any the one of the account."""
    streams = _concurrency_alarm("", service.stream, account_limit, "stream")
    if service.generate.reserved_concurrency is None:
        return [streams]
    return [streams, _concurrency_alarm("Generate", service.generate, account_limit, "answer")]


def _concurrency_alarm(name: str, function: WebFunction, account_limit: int, noun: str) -> AlarmRecord:
    """Compares with the function's reservation or, without one, with `account_limit`. `noun` names what it counts."""
    limit = function.reserved_concurrency or account_limit
    return AlarmRecord(
        construct_id=f"{name}ConcurrencyNearLimit",
        metric=_concurrency_metric(function),
        threshold=limit * _SATURATION,
        datapoints=3,
        periods=5,
        severity="ticket",
        description=f"{_SATURATION:.0%} or more of {limit} concurrent executions are in use; each open {noun} uses "
        f"one until it ends. At the limit new callers get 429. Raise the limit or shorten the {noun}s.",
        runbook="concurrency-near-limit",
    )


def _concurrency_metric(function: WebFunction) -> cloudwatch.Metric:
    if function.reserved_concurrency:
        return function.function.metric("ConcurrentExecutions", period=COUNT_PERIOD, statistic="Maximum")
    return lambda_.Function.metric_all("ClaimedAccountConcurrency", period=COUNT_PERIOD, statistic="Maximum")


def spillover_alarms(function: WebFunction, settings: AlarmSettings) -> list[AlarmRecord]:
    """Returns one record, or none for a function without provisioned concurrency."""
    provisioned = function.scaling.max_provisioned
    if not provisioned:
        return []
    return [
        AlarmRecord.of_count(
            "ProvisionedSpillover",
            function.alias.metric("ProvisionedConcurrencySpilloverInvocations", period=COUNT_PERIOD, statistic="Sum"),
            settings,
            reporting_delay=function.timeout,
            severity="ticket",
            description=f"More streams were open than the provisioned environments (at most {provisioned}), so callers "
            "waited for cold starts, which provisioned concurrency is paid to avoid. Provision more environments or "
            "shorten the streams.",
            runbook="provisioned-concurrency-spillover",
        )
    ]


def no_traffic_alarms(function: WebFunction, settings: AlarmSettings) -> list[AlarmRecord]:
    """Returns one record, or none where `quiet_minutes` is None."""
    quiet = settings.quiet_minutes
    if quiet is None:
        return []
    return [
        AlarmRecord(
            construct_id="NoTraffic",
            metric=cloudwatch.MathExpression(
                expression="IF(requests > 0, 0, 1)",
                using_metrics={"requests": function.alias.metric_invocations(period=COUNT_PERIOD)},
                period=COUNT_PERIOD,
                label="minute without a request",
            ),
            threshold=1,
            datapoints=quiet,
            periods=quiet,
            missing_data=cloudwatch.TreatMissingData.BREACHING,
            severity="incident",
            description=f"No request has reached the streaming function for {quiet} minutes, through any endpoint. "
            "Call the endpoints yourself (python -m client doctor), then look at DNS, edge and callers.",
            runbook="no-traffic",
        )
    ]
