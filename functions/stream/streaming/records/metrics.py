"""One stream's metrics in embedded metric format: CloudWatch makes the metrics of a log line that carries them.

The smallest writer that the specification allows. Powertools has one too, but importing its Metrics adds
7 ms or more to every start, which these do not move by one (`make bench`, family cold).
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
(docs/architecture.md, deviation 9)
"""

from __future__ import annotations

import time
from collections.abc import Mapping

from .metric_names import NAMESPACE, UNITS


def embedded(dimensions: Mapping[str, str], values: Mapping[str, float]) -> dict[str, object]:
    """Fields for a log line. `values` are by the names of metric_names.py."""
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
