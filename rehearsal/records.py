"""The records that the function writes of its streams, read as CloudWatch would."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from functions.stream.streaming.records import metric_names as names

# The schema of the specification, and of its prose what a schema can say: no unknown members, 100 metrics at most.
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
_SCHEMA = Draft202012Validator(json.loads(Path(__file__).with_name("emf_schema.json").read_text()))


def metric_records(lines: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The log lines that carry metrics, all of them valid."""
    records = [line for line in lines if "_aws" in line]
    for record in records:
        check_record(record)
    return records


def check_record(record: Mapping[str, Any]) -> None:
    """Raises at the first thing for which CloudWatch would drop the record, or a part of it."""
    _SCHEMA.validate(record)
    (directive,) = record["_aws"]["CloudWatchMetrics"]
    (dimensions,) = directive["Dimensions"]
    assert tuple(dimensions) == names.DIMENSIONS
    assert all(isinstance(record[name], str) and record[name] for name in dimensions)
    defined = {metric["Name"]: metric["Unit"] for metric in directive["Metrics"]}
    assert defined.items() <= names.UNITS.items()
    assert all(isinstance(record[name], int | float) and record[name] >= 0 for name in defined)
    # A number that no metric is made of is one that somebody forgot to define.
    assert {name for name in names.UNITS if name in record} == set(defined)
    assert sum(record[metric] for metric in names.OUTCOME_METRICS.values()) == 1
    assert record[names.OUTCOME_METRICS[record["outcome"]]] == 1
