"""The metrics that a function tells of its streams: by the very names and dimensions that it writes them with."""

from __future__ import annotations

from dataclasses import dataclass

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch

from functions.stream.streaming import settings
from functions.stream.streaming.records import metric_names


@dataclass(frozen=True, kw_only=True)
class StreamMetrics:
    """Of one function. The fields are the dimensions."""

    service: str
    stage: str
    source: str

    @property
    def environment(self) -> dict[str, str]:
        """What makes the function write these dimensions."""
        return {settings.SERVICE: self.service, settings.STAGE: self.stage, settings.SOURCE: self.source}

    def metric(self, name: str, *, statistic: str, period: cdk.Duration) -> cloudwatch.Metric:
        return cloudwatch.Metric(
            namespace=metric_names.NAMESPACE,
            metric_name=name,
            dimensions_map={dimension: getattr(self, dimension) for dimension in metric_names.DIMENSIONS},
            statistic=statistic,
            period=period,
        )
