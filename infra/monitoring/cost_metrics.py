"""What the functions of a stage cost, made of Lambda's own metrics; nearly all of it is duration."""

from __future__ import annotations

from collections.abc import Mapping

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch

from ..alarms.monitored import Service
from . import prices

_PERIOD = cdk.Duration.minutes(5)


def gb_seconds(service: Service) -> cloudwatch.MathExpression:
    """What is billed, whoever reads the streams, and whether anybody does."""
    streaming, generating = service.stream, service.generate
    return _expression(
        # A function that nobody called has no data, and without FILL the sum would have none either.
        f"(FILL(streaming, 0) * {streaming.memory_gigabytes:g} + FILL(generating, 0) * {generating.memory_gigabytes:g})"
        " / 1000",
        {
            "streaming": streaming.function.metric_duration(statistic="Sum", period=_PERIOD),
            "generating": generating.function.metric_duration(statistic="Sum", period=_PERIOD),
        },
        label="GB-seconds",
    )


def dollars(service: Service) -> cloudwatch.MathExpression:
    gb_second = prices.gb_second(service.stream.function.architecture)
    return _expression(
        f"used * {gb_second:.10f} + requests * {prices.REQUEST:.10f}",
        {"used": gb_seconds(service), "requests": _requests(service)},
        label="dollars",
    )


def dollars_a_thousand(service: Service) -> cloudwatch.MathExpression:
    return _expression(
        "1000 * cost / requests",
        {"cost": dollars(service), "requests": _requests(service)},
        label="dollars a thousand requests",
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
