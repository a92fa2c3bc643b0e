"""The cost of the functions of a stage, computed from Lambda's own metrics; nearly all of it is duration."""

from __future__ import annotations

from collections.abc import Mapping

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch

from ..alarms.monitored import Service
from . import prices

_PERIOD = cdk.Duration.minutes(5)


def gb_seconds(service: Service) -> cloudwatch.MathExpression:
    """Returns the billed duration times the memory, which does not depend on whether anybody reads the streams."""
    streaming, generating = service.stream, service.generate
    return _expression(
        # A function without calls has no data, and without FILL the sum would have none either.
        f"(FILL(streaming, 0) * {streaming.memory_gigabytes:g} + FILL(generating, 0) * {generating.memory_gigabytes:g})"
        " / 1000",
        {
            "streaming": streaming.function.metric_duration(statistic="Sum", period=_PERIOD),
            "generating": generating.function.metric_duration(statistic="Sum", period=_PERIOD),
        },
        label="GB-seconds",
    )


def cost_usd(service: Service) -> cloudwatch.MathExpression:
    """Returns the US dollars for duration and requests, without provisioned concurrency."""
    gb_second = prices.GB_SECOND[service.stream.architecture]
    return _expression(
        f"used * {gb_second:.10f} + requests * {prices.REQUEST:.10f}",
        {"used": gb_seconds(service), "requests": _requests(service)},
        label="USD",
    )


def cost_per_thousand_requests_usd(service: Service) -> cloudwatch.MathExpression:
    return _expression(
        "1000 * cost / requests",
        {"cost": cost_usd(service), "requests": _requests(service)},
        label="USD per thousand requests",
    )


def _requests(service: Service) -> cloudwatch.MathExpression:
    return _expression(
        "FILL(streams, 0) + FILL(answers, 0)",
        {
            "streams": service.stream.function.metric_invocations(statistic="Sum", period=_PERIOD),
            "answers": service.generate.function.metric_invocations(statistic="Sum", period=_PERIOD),
        },
        label="requests",
    )


def _expression(expression: str, metrics: Mapping[str, cloudwatch.IMetric], *, label: str) -> cloudwatch.MathExpression:
    return cloudwatch.MathExpression(expression=expression, using_metrics=metrics, label=label, period=_PERIOD)
