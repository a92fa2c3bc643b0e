"""CloudWatch references to the function's custom metrics."""

from __future__ import annotations

from dataclasses import dataclass

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch

from functions.stream.streaming.records import metric_names


@dataclass(frozen=True, kw_only=True)
class StreamMetrics:
    """The metrics of one function; the fields are their dimensions, which its environment repeats (environment.py)."""

    service: str
    stage: str
    source: str

    def metric(self, name: str, *, statistic: str, period: cdk.Duration) -> cloudwatch.Metric:
        """`name` is one of metric_names.UNITS, whose unit the metric has."""
        return cloudwatch.Metric(
            namespace=metric_names.NAMESPACE,
            metric_name=name,
            dimensions_map={dimension: getattr(self, dimension) for dimension in metric_names.DIMENSIONS},
            statistic=statistic,
            period=period,
        )
