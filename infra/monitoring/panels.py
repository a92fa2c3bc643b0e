"""The rows of the dashboard, each the answer to one question."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch

from functions.stream.streaming.records import metric_names as names

from ..alarms.endpoint_metrics import front_ends
from ..alarms.monitored import Service
from ..function.metrics import StreamMetrics
from ..function.web_function import WebFunction
from . import prices
from .cost_metrics import dollars, dollars_a_thousand, gb_seconds

_PERIOD = cdk.Duration.minutes(5)
_WHOLE_WIDTH = 24

Row = list[cloudwatch.IWidget]


def is_it_streaming(service: Service) -> Row:
    metrics = service.stream.metrics
    broken = [names.OUTCOME_METRICS[outcome] for outcome in (names.SOURCE_ERROR, names.DEADLINE, names.SHUTDOWN)]
    width = _WHOLE_WIDTH // 4
    return [
        _outcomes("Streams, by how they ended", metrics, width),
        _graph("Share of the streams that broke off", _averages(metrics, *broken), width),
        _graph("Chunks of a stream", _averages(metrics, names.CHUNKS, names.HEARTBEATS), width),
        _outcomes("Whole answers, by how they ended", service.generate.metrics, width),
    ]


def for_whom(service: Service) -> Row:
    fronts = front_ends(service)
    width = _WHOLE_WIDTH // 3
    return [
        _graph("Requests", [_counted(front.requests, front.title) for front in fronts], width),
        _graph("Refused, 4xx", [_counted(front.client_errors, front.title) for front in fronts], width),
        _graph(
            "Failed before a first byte, 5xx", [_counted(front.server_errors, front.title) for front in fronts], width
        ),
    ]


def how_fast(metrics: StreamMetrics) -> Row:
    width = _WHOLE_WIDTH // 4
    return [
        _graph("To the first byte, ms", _percentiles(metrics, names.TIME_TO_FIRST_BYTE), width),
        _graph("To the first text, ms", _percentiles(metrics, names.TIME_TO_FIRST_CHUNK), width),
        _graph("Length of a stream, ms", _percentiles(metrics, names.STREAM_DURATION), width),
        _graph(
            "Share of cold starts; waits for slow readers, ms",
            _averages(metrics, names.COLD_START),
            width,
            right=_percentiles(metrics, names.QUEUE_FULL),
        ),
    ]


def how_full(function: WebFunction, account_concurrency: int) -> Row:
    limit = function.reserved_concurrency or account_concurrency
    width = _WHOLE_WIDTH // 2
    return [
        _graph(
            "Streams at once, and their limit",
            [function.function.metric("ConcurrentExecutions", statistic="Maximum", period=_PERIOD, label="at once")],
            width,
            limit=limit,
        ),
        _graph(
            "Turned away with 429, and started beside what is provisioned",
            [
                function.alias.metric_throttles(statistic="Sum", period=_PERIOD, label="turned away"),
                function.alias.metric(
                    "ProvisionedConcurrencySpilloverInvocations", statistic="Sum", period=_PERIOD, label="beside"
                ),
            ],
            width,
        ),
    ]


def at_what_cost(service: Service) -> Row:
    tokens = (names.INPUT_TOKENS, names.OUTPUT_TOKENS)
    width = _WHOLE_WIDTH // 3
    return [
        _graph(
            f"Lambda in dollars of {prices.REGION}, {prices.AS_OF}, before what is provisioned; GB-seconds",
            [dollars(service)],
            width,
            right=[gb_seconds(service)],
        ),
        cloudwatch.SingleValueWidget(
            title="Of the time shown",
            metrics=[dollars(service), dollars_a_thousand(service)],
            set_period_to_time_range=True,
            width=width,
            height=6,
        ),
        _graph("Tokens of the model", [_own(service.stream.metrics, name, "Sum", name) for name in tokens], width),
    ]


def _graph(
    title: str,
    left: list[cloudwatch.IMetric],
    width: int,
    *,
    right: list[cloudwatch.IMetric] | None = None,
    limit: int | None = None,
    stacked: bool = False,
) -> cloudwatch.GraphWidget:
    axis = cloudwatch.YAxisProps(min=0, show_units=False)
    return cloudwatch.GraphWidget(
        title=title,
        left=left,
        right=right,
        left_y_axis=axis,
        right_y_axis=axis if right else None,
        left_annotations=[cloudwatch.HorizontalAnnotation(value=limit, label="limit")] if limit else None,
        stacked=stacked,
        width=width,
    )


def _outcomes(title: str, metrics: StreamMetrics, width: int) -> cloudwatch.GraphWidget:
    counts = [_own(metrics, name, "Sum", outcome) for outcome, name in names.OUTCOME_METRICS.items()]
    return _graph(title, counts, width, stacked=True)


def _averages(metrics: StreamMetrics, *metric_names: str) -> list[cloudwatch.IMetric]:
    return [_own(metrics, name, "Average", name) for name in metric_names]


def _percentiles(metrics: StreamMetrics, name: str) -> list[cloudwatch.IMetric]:
    return [_own(metrics, name, percentile, percentile) for percentile in ("p50", "p90", "p99")]


def _own(metrics: StreamMetrics, name: str, statistic: str, label: str) -> cloudwatch.IMetric:
    return metrics.metric(name, statistic=statistic, period=_PERIOD).with_(label=label)


def _counted(metric: cloudwatch.Metric, label: str) -> cloudwatch.IMetric:
    return metric.with_(period=_PERIOD, label=label)
