"""The metrics of one stream in embedded metric format, which CloudWatch extracts from the log line that carries them.

This is the smallest writer that the specification allows.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
(docs/architecture.md, deviation 9)
"""

from __future__ import annotations

import time
from collections.abc import Mapping

from .metric_names import NAMESPACE, UNITS


def embedded(dimensions: Mapping[str, str], values: Mapping[str, float]) -> dict[str, object]:
    """Returns the fields of a log line: `dimensions` and `values` by name (metric_names.py), and their declaration."""
    directive = {
        "Namespace": NAMESPACE,
        "Dimensions": [list(dimensions)],
        "Metrics": [{"Name": name, "Unit": UNITS[name]} for name in values],
    }
    return {
        "_aws": {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [directive]},
        **dimensions,
        **values,
    }
