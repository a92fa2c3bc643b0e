"""The rows of the dashboard. The widgets of a row fill the whole width."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch

from functions.stream.streaming.records import metric_names

from ..alarms.endpoint_metrics import endpoints
from ..alarms.monitored import Service
from ..function.metrics import StreamMetrics
from ..function.web_function import WebFunction
from . import prices
from .cost_metrics import cost_per_thousand_requests_usd, cost_usd, gb_seconds

_PERIOD = cdk.Duration.minutes(5)
_WHOLE_WIDTH = 24
_FAILURES = (metric_names.SOURCE_ERROR, metric_names.DEADLINE, metric_names.SHUTDOWN)

Row = list[cloudwatch.IWidget]


def outcome_row(service: Service) -> Row:
    """Is it streaming?"""
    metrics = service.stream.metrics
    failures = [metric_names.OUTCOME_METRICS[outcome] for outcome in _FAILURES]
    width = _WHOLE_WIDTH // 4
    return [
        _outcomes("Streams by outcome", metrics, width),
        _graph("Share of streams that failed or were cut", _averages(metrics, *failures), width),
        _graph(
            "Chunks and heartbeats of a stream", _averages(metrics, metric_names.CHUNKS, metric_names.HEARTBEATS), width
        ),
        _outcomes("Buffered answers by outcome", service.generate.metrics, width),
    ]


def traffic_row(service: Service) -> Row:
    """Who calls, and who gets no answer?"""
    found = endpoints(service)
    width = _WHOLE_WIDTH // 3
    return [
        _graph("Requests", [_counted(one.requests, one.title) for one in found], width),
        _graph("Client errors, 4xx", [_counted(one.client_errors, one.title) for one in found], width),
        _graph(
            "Server errors before the first byte, 5xx", [_counted(one.server_errors, one.title) for one in found], width
        ),
    ]


def latency_row(metrics: StreamMetrics) -> Row:
    """How fast is it?"""
    width = _WHOLE_WIDTH // 4
    return [
        _graph("Time to first byte, ms", _percentiles(metrics, metric_names.TIME_TO_FIRST_BYTE), width),
        _graph("Time to first text, ms", _percentiles(metrics, metric_names.TIME_TO_FIRST_CHUNK), width),
        _graph("Stream duration, ms", _percentiles(metrics, metric_names.STREAM_DURATION), width),
        _graph(
            "Share of cold starts; backpressure in ms (right)",
            _averages(metrics, metric_names.COLD_START),
            width,
            right=_percentiles(metrics, metric_names.QUEUE_FULL),
        ),
    ]


def concurrency_row(function: WebFunction, account_concurrency: int) -> Row:
    """How close is it to its limit? The account's limit counts where the function has no reservation."""
    limit = function.reserved_concurrency or account_concurrency
    width = _WHOLE_WIDTH // 2
    return [
        _graph(
            "Concurrent streams and their limit",
            [function.function.metric("ConcurrentExecutions", statistic="Maximum", period=_PERIOD, label="concurrent")],
            width,
            limit=limit,
        ),
        _graph(
            "Throttles (429) and provisioned concurrency spillover",
            [
                function.alias.metric_throttles(statistic="Sum", period=_PERIOD, label="throttles"),
                function.alias.metric(
                    "ProvisionedConcurrencySpilloverInvocations", statistic="Sum", period=_PERIOD, label="spillover"
                ),
            ],
            width,
        ),
    ]


def cost_row(service: Service) -> Row:
    """What does it cost?"""
    tokens = (metric_names.INPUT_TOKENS, metric_names.OUTPUT_TOKENS)
    width = _WHOLE_WIDTH // 3
    return [
        _graph(
            f"Lambda cost in USD ({prices.REGION}, {prices.AS_OF}), without provisioning; GB-seconds (right)",
            [cost_usd(service)],
            width,
            right=[gb_seconds(service)],
        ),
        cloudwatch.SingleValueWidget(
            title="Lambda cost of the time range shown",
            metrics=[cost_usd(service), cost_per_thousand_requests_usd(service)],
            set_period_to_time_range=True,
            width=width,
            height=6,
        ),
        _graph("Model tokens", [_own(service.stream.metrics, name, "Sum", name) for name in tokens], width),
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
    counts = [_own(metrics, name, "Sum", outcome) for outcome, name in metric_names.OUTCOME_METRICS.items()]
    return _graph(title, counts, width, stacked=True)


def _averages(metrics: StreamMetrics, *names: str) -> list[cloudwatch.IMetric]:
    return [_own(metrics, name, "Average", name) for name in names]


def _percentiles(metrics: StreamMetrics, name: str) -> list[cloudwatch.IMetric]:
    return [_own(metrics, name, percentile, percentile) for percentile in ("p50", "p90", "p99")]


def _own(metrics: StreamMetrics, name: str, statistic: str, label: str) -> cloudwatch.IMetric:
    return metrics.metric(name, statistic=statistic, period=_PERIOD).with_(label=label)


def _counted(metric: cloudwatch.Metric, label: str) -> cloudwatch.IMetric:
    return metric.with_(period=_PERIOD, label=label)
