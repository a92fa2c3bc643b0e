"""Alarms on the function's custom metrics: no metric of AWS knows how a stream went after its 200."""

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
from .alarm import RATE_PERIOD, AlarmRecord, with_min_samples

_P90 = "p90"


def source_errors_alarm(metrics: StreamMetrics, settings: AlarmSettings) -> AlarmRecord:
    return AlarmRecord.of_rate(
        "SourceErrors",
        _share_of_streams(metrics, (SOURCE_ERROR,), settings),
        settings.source_error_share,
        severity="incident",
        description=f"{settings.source_error_share:.1%} or more of the streams ended with an error event after their "
        "200: the source failed, or the model behind it. Group the function's log lines by their exception.",
        runbook="source-errors",
    )


def truncated_streams_alarm(metrics: StreamMetrics, settings: AlarmSettings) -> AlarmRecord:
    return AlarmRecord.of_rate(
        "TruncatedStreams",
        _share_of_streams(metrics, (DEADLINE, SHUTDOWN), settings),
        settings.truncated_share,
        severity="incident",
        description=f"{settings.truncated_share:.1%} or more of the streams were cut before the end of their text, by "
        "the deadline or by a shutdown. Compare StreamDuration with the timeout; request shorter answers or raise the "
        "timeout.",
        runbook="truncated-streams",
    )


def slow_first_byte_alarm(metrics: StreamMetrics, settings: AlarmSettings) -> AlarmRecord:
    return AlarmRecord.of_rate(
        "SlowFirstByte",
        _p90(metrics, TIME_TO_FIRST_BYTE, settings),
        settings.first_byte_milliseconds,
        severity="incident",
        description=f"One caller in ten waited {settings.first_byte_milliseconds} ms or more for the first byte. Look "
        "whether cold starts (ColdStart) or the opening of the source take the time.",
        runbook="slow-first-byte",
    )


def backpressure_alarm(metrics: StreamMetrics, settings: AlarmSettings) -> AlarmRecord:
    return AlarmRecord.of_rate(
        "Backpressure",
        _p90(metrics, QUEUE_FULL, settings),
        settings.slow_reader_milliseconds,
        severity="ticket",
        description=f"In one stream of ten the source waited {settings.slow_reader_milliseconds} ms or more for its "
        "reader, and Lambda bills that time. Find out which clients read slowly, or which proxy buffers.",
        runbook="backpressure",
    )


def _share_of_streams(
    metrics: StreamMetrics, outcomes: tuple[str, ...], settings: AlarmSettings
) -> cloudwatch.MathExpression:
    """Adds up averages: each stream counts 0 or 1 for an outcome, so the average is the outcome's share."""
    shares = {outcome: _metric(metrics, OUTCOME_METRICS[outcome], "Average") for outcome in outcomes}
    return _with_min_streams(" + ".join(shares), shares, metrics, settings)


def _p90(metrics: StreamMetrics, name: str, settings: AlarmSettings) -> cloudwatch.MathExpression:
    return _with_min_streams(_P90, {_P90: _metric(metrics, name, _P90)}, metrics, settings)


def _with_min_streams(
    value: str, parts: Mapping[str, cloudwatch.IMetric], metrics: StreamMetrics, settings: AlarmSettings
) -> cloudwatch.MathExpression:
    # Every stream writes one record with all outcomes in it, so any outcome counts the streams.
    streams = _metric(metrics, OUTCOME_METRICS[SOURCE_ERROR], "SampleCount")
    return with_min_samples(value, parts, total=streams, min_total=settings.min_streams)


def _metric(metrics: StreamMetrics, name: str, statistic: str) -> cloudwatch.Metric:
    return metrics.metric(name, statistic=statistic, period=RATE_PERIOD)
