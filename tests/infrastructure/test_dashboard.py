"""One screen, of metrics that there are."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from functions.stream.streaming.records import metric_names as names
from infra.monitoring import prices
from infra.settings import CostLimits
from tests.infrastructure.alarm_rules import Alarms, templates_of
from tests.infrastructure.metric_rules import Metrics
from tests.infrastructure.support import JsonObject, build_stage

DASHBOARD = "AWS::CloudWatch::Dashboard"
MONITORING = "test-Monitoring"


def dashboard_of(templates: dict[str, JsonObject]) -> JsonObject:
    (found,) = [one for one in templates[MONITORING]["Resources"].values() if one["Type"] == DASHBOARD]
    properties: JsonObject = found["Properties"]
    return properties


def widgets_of(templates: dict[str, JsonObject]) -> list[JsonObject]:
    """With what other resources only know at deployment left as text."""
    parts = dashboard_of(templates)["DashboardBody"]["Fn::Join"][1]
    body = "".join(part if isinstance(part, str) else json.dumps(part).replace('"', "'") for part in parts)
    widgets: list[JsonObject] = json.loads(body)["widgets"]
    return widgets


def metrics_of(widgets: list[JsonObject]) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Namespace, name, dimensions."""
    for widget in widgets:
        for line in widget["properties"].get("metrics", ()):
            if isinstance(line[0], str):
                namespace, name, *dimensions = [part for part in line if isinstance(part, str)]
                yield namespace, name, dict(zip(dimensions[::2], dimensions[1::2], strict=True))


def expressions_of(widgets: list[JsonObject], title: str) -> dict[str, str]:
    """By what it is called in others, or else by its label."""
    (widget,) = [one["properties"] for one in widgets if one["properties"]["title"] == title]
    lines = [line[0] for line in widget["metrics"] if isinstance(line[0], dict)]
    return {line.get("id") or line["label"]: line["expression"] for line in lines}


@pytest.fixture(scope="module")
def templates() -> dict[str, JsonObject]:
    return templates_of(
        build_stage(memory_mebibytes=2048, limits=CostLimits(reserved_concurrency=40, buffered_reserved_concurrency=10))
    )


@pytest.fixture(scope="module")
def widgets(templates: dict[str, JsonObject]) -> list[JsonObject]:
    return widgets_of(templates)


def test_every_metric_of_the_dashboard_is_one_that_is_written(
    templates: dict[str, JsonObject], widgets: list[JsonObject]
) -> None:
    read = list(metrics_of(widgets))
    assert len(read) > 40
    assert [found for metric in read for found in Metrics(templates).complaints(*metric)] == []


@pytest.mark.parametrize(
    "metric",
    [
        (names.NAMESPACE, "Haste", {"service": "stream", "stage": "test", "source": "local"}),
        (names.NAMESPACE, names.CHUNKS, {"service": "stream", "stage": "other", "source": "local"}),
        ("AWS/Lambda", "Speed", {}),
    ],
)
def test_metric_that_nobody_writes_is_found(templates: dict[str, JsonObject], metric: tuple[str, str, Any]) -> None:
    assert len(list(Metrics(templates).complaints(*metric))) == 1


def test_streams_are_shown_by_outcome_speed_and_length(widgets: list[JsonObject]) -> None:
    shown = {name for _, name, dimensions in metrics_of(widgets) if dimensions.get("service") == "stream"}
    assert shown >= {*names.OUTCOME_METRICS.values(), names.TIME_TO_FIRST_BYTE, names.STREAM_DURATION, names.CHUNKS}


def test_every_alarm_of_the_stage_has_its_light(templates: dict[str, JsonObject], widgets: list[JsonObject]) -> None:
    (status,) = [widget["properties"] for widget in widgets if widget["type"] == "alarm"]
    assert len(status["alarms"]) == len(set(status["alarms"])) == len(Alarms(templates).all)


def test_limit_is_the_reservation_or_else_the_account_quota(widgets: list[JsonObject]) -> None:
    def limits(widgets: list[JsonObject]) -> list[int]:
        annotations = [widget["properties"].get("annotations", {}).get("horizontal", ()) for widget in widgets]
        return [line["value"] for lines in annotations for line in lines if line["label"] == "limit"]

    assert limits(widgets) == [40]
    assert limits(widgets_of(templates_of(build_stage(account_concurrency=500)))) == [500]


def test_cost_is_that_of_duration_times_memory_and_of_requests(widgets: list[JsonObject]) -> None:
    expressions = expressions_of(widgets, "Lambda cost of the time range shown")
    # A million streams of a second each, and no call of the buffered function. What is left of an expression is Python.
    values: dict[str, Any] = {"FILL": max, "streaming": 1e9, "generating": 0, "streams": 1e6, "answers": 0}
    for name in ("used", "requests", "cost"):
        values[name] = eval(expressions[name], values)
    assert values["used"] == 2_000_000
    of_arm = prices.GB_SECOND["arm64"]
    assert values["cost"] == pytest.approx(2_000_000 * of_arm + 1_000_000 * prices.REQUEST)
    assert eval(expressions["USD per thousand requests"], values) == pytest.approx(values["cost"] / 1000)


def test_dashboard_has_a_generated_name(templates: dict[str, JsonObject]) -> None:
    assert "DashboardName" not in dashboard_of(templates)
