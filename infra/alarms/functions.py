"""Alarms on what Lambda counts of a function: failures, refusals, capacity, silence.

There is none on the streaming function's Duration: it is the length of the answer.
"""

from __future__ import annotations

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_lambda as lambda_

from ..function.web_function import WebFunction
from ..settings import AlarmSettings
from .alarm import AlarmRecord
from .kinds import COUNT_PERIOD, count_alarm

_SATURATION = 0.8


def errors_alarm(name: str, function: WebFunction, settings: AlarmSettings) -> AlarmRecord:
    return count_alarm(
        f"{name}Errors",
        function.alias.metric_errors(period=COUNT_PERIOD),
        settings,
        # Lambda tells of an invocation at its end, dated by its start.
        # https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-view.html
        told_after=function.timeout,
        description=f"Invocations of the {name} function failed: it crashed, timed out or never became ready. "
        f"Read {function.log_group.node.path} for the last lines before the failure; go back to the version before "
        "if it began with a deployment.",
        runbook="function-errors",
    )


def throttles_alarm(name: str, function: WebFunction, settings: AlarmSettings) -> AlarmRecord:
    return count_alarm(
        f"{name}Throttles",
        function.alias.metric_throttles(period=COUNT_PERIOD),
        settings,
        description=f"Callers of the {name} function were turned away with 429: every environment was busy. Look "
        "for streams that hang or for a burst of traffic; raise reserved_concurrency or the account's quota.",
        runbook="throttles",
    )


def concurrency_alarm(function: WebFunction, account_limit: int) -> AlarmRecord:
    reserved = function.reserved_concurrency
    limit = reserved or account_limit
    return AlarmRecord(
        construct_id="ConcurrencyNearLimit",
        metric=_concurrency_metric(function),
        threshold=limit * _SATURATION,
        datapoints=3,
        periods=5,
        pages=False,
        description=f"More than {_SATURATION:.0%} of {limit} concurrent executions are taken; each open stream holds "
        "one for its whole life. At the limit new callers get 429: raise the limit, or shorten the streams.",
        runbook="concurrency-near-limit",
    )


def _concurrency_metric(function: WebFunction) -> cloudwatch.Metric:
    if function.reserved_concurrency:
        return function.function.metric("ConcurrentExecutions", period=COUNT_PERIOD, statistic="Maximum")
    return lambda_.Function.metric_all("ClaimedAccountConcurrency", period=COUNT_PERIOD, statistic="Maximum")


def spillover_alarms(function: WebFunction, settings: AlarmSettings) -> list[AlarmRecord]:
    """None where nothing is provisioned."""
    provisioned = function.scaling.most_provisioned
    if not provisioned:
        return []
    return [
        count_alarm(
            "ProvisionedSpillover",
            function.alias.metric("ProvisionedConcurrencySpilloverInvocations", period=COUNT_PERIOD, statistic="Sum"),
            settings,
            told_after=function.timeout,
            pages=False,
            description=f"More streams were open than environments are provisioned, at most {provisioned}, so callers "
            "waited for cold starts that these are paid to avoid. Provision more, or shorten the streams.",
            runbook="provisioned-concurrency-spillover",
        )
    ]


def no_traffic_alarms(function: WebFunction, settings: AlarmSettings) -> list[AlarmRecord]:
    """None where the service may be quiet."""
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
            pages=True,
            description=f"No request has reached the streaming function for {quiet} minutes, through whichever front "
            "end. Call the endpoints yourself (python -m client doctor), then look at DNS, edge and callers.",
            runbook="no-traffic",
        )
    ]
