"""Alarms on what a function tells of its streams: after the 200, nothing else knows."""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import aws_cloudwatch as cloudwatch

from functions.stream.streaming.records.metric_names import (
    DEADLINE,
    OUTCOME_METRICS,
    QUEUE_FULL,
    SHUTDOWN,
    SOURCE_ERROR,
    TIME_TO_FIRST_BYTE,
)

from ..function.metrics import StreamMetrics
from ..settings import AlarmSettings
from .alarm import AlarmRecord
from .kinds import RATE_PERIOD, of_enough, rate_alarm

_P90 = "p90"


def source_errors_alarm(metrics: StreamMetrics, settings: AlarmSettings) -> AlarmRecord:
    return rate_alarm(
        "SourceErrors",
        _share_of_streams(metrics, (SOURCE_ERROR,), settings),
        settings.source_error_share,
        pages=True,
        description=f"Of the streams, {settings.source_error_share:.1%} or more broke off with an error event after "
        "their 200: the source failed, or the model behind it. Group the function's log lines by their exception.",
        runbook="source-errors",
    )


def truncated_streams_alarm(metrics: StreamMetrics, settings: AlarmSettings) -> AlarmRecord:
    return rate_alarm(
        "TruncatedStreams",
        _share_of_streams(metrics, (DEADLINE, SHUTDOWN), settings),
        settings.truncated_share,
        pages=True,
        description=f"Of the streams, {settings.truncated_share:.1%} or more ended before their text did, by the "
        "deadline or by a shutdown. Compare StreamDuration with the timeout; ask the model for less, or allow more.",
        runbook="truncated-streams",
    )


def slow_first_byte_alarm(metrics: StreamMetrics, settings: AlarmSettings) -> AlarmRecord:
    return rate_alarm(
        "SlowFirstByte",
        _p90(metrics, TIME_TO_FIRST_BYTE, settings),
        settings.first_byte_milliseconds,
        pages=True,
        description=f"One caller in ten waited {settings.first_byte_milliseconds} ms or more for the first byte. Look "
        "whether cold starts (ColdStart) or the opening of the source take the time.",
        runbook="slow-first-byte",
    )


def backpressure_alarm(metrics: StreamMetrics, settings: AlarmSettings) -> AlarmRecord:
    return rate_alarm(
        "Backpressure",
        _p90(metrics, QUEUE_FULL, settings),
        settings.slow_reader_milliseconds,
        pages=False,
        description=f"In one stream of ten the source waited {settings.slow_reader_milliseconds} ms or more for its "
        "reader, and each of them is billed meanwhile. Look which clients read slowly, or what between buffers.",
        runbook="backpressure",
    )


def _share_of_streams(
    metrics: StreamMetrics, outcomes: tuple[str, ...], settings: AlarmSettings
) -> cloudwatch.MathExpression:
    """Each stream counts 0 or 1, so the average is the share."""
    shares = {outcome: _metric(metrics, OUTCOME_METRICS[outcome], "Average") for outcome in outcomes}
    return _of_enough_streams(" + ".join(shares), shares, metrics, settings)


def _p90(metrics: StreamMetrics, name: str, settings: AlarmSettings) -> cloudwatch.MathExpression:
    return _of_enough_streams(_P90, {_P90: _metric(metrics, name, _P90)}, metrics, settings)


def _of_enough_streams(
    value: str, parts: Mapping[str, cloudwatch.IMetric], metrics: StreamMetrics, settings: AlarmSettings
) -> cloudwatch.MathExpression:
    # One record per stream, with every outcome in it.
    streams = _metric(metrics, OUTCOME_METRICS[SOURCE_ERROR], "SampleCount")
    return of_enough(value, parts, total=streams, least=settings.least_streams)


def _metric(metrics: StreamMetrics, name: str, statistic: str) -> cloudwatch.Metric:
    return metrics.metric(name, statistic=statistic, period=RATE_PERIOD)
