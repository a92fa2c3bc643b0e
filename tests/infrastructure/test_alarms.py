"""Every alarm of a stage reaches somebody, says what to do, and reads a metric that there is."""

from __future__ import annotations

import re
from copy import deepcopy
from itertools import combinations
from typing import Any

import pytest

from functions.stream.streaming.records.metric_names import NAMESPACE, UNITS
from infra.settings import AlarmSettings, CanarySettings, CostLimits, ScalingSettings, StageSettings
from infra.stage import StreamingStage
from infra.stages import stages
from tests.infrastructure.alarm_rules import ALARM, Alarms, runbook_anchors, runbook_queries, templates_of
from tests.infrastructure.support import EACH_STAGE, EDGE, JWT, JsonObject, build_own_stage, build_stage

MADE_UP: JsonObject = {
    "AlarmDescription": "Nobody would miss it. docs/runbook.md#backpressure",
    "MetricName": "QueueFull",
    "Namespace": NAMESPACE,
    "Dimensions": [
        {"Name": "service", "Value": "stream"},
        {"Name": "stage", "Value": "test"},
        {"Name": "source", "Value": "local"},
    ],
}


@pytest.fixture(scope="module")
def full_stage() -> StreamingStage:
    """With every alarm that a setting can ask for, and every stack."""
    return build_stage(
        jwt=JWT,
        edge=EDGE,
        limits=CostLimits(reserved_concurrency=50, buffered_reserved_concurrency=10),
        scaling=ScalingSettings(provisioned_concurrency=5),
        canary=CanarySettings(),
        alarms=AlarmSettings(quiet_minutes=30),
        alarm_email="ops@example.com",
    )


@pytest.fixture(scope="module")
def full_templates(full_stage: StreamingStage) -> dict[str, JsonObject]:
    return templates_of(full_stage)


def test_every_alarm_is_wired_explained_and_fed(full_templates: dict[str, JsonObject]) -> None:
    alarms = Alarms(full_templates)
    assert len(alarms.all) > 15
    assert alarms.complaints(runbook_anchors()) == []


@EACH_STAGE
def test_alarms_of_a_stage_of_ours_are_wired_explained_and_fed(settings: StageSettings) -> None:
    assert Alarms(templates_of(build_own_stage(settings))).complaints(runbook_anchors()) == []


def test_every_section_of_the_runbook_belongs_to_an_alarm(full_templates: dict[str, JsonObject]) -> None:
    assert {alarm.anchor for alarm in Alarms(full_templates).all} == runbook_anchors()


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"AlarmActions": []}, "reaches neither the topic nor a composite that does"),
        ({"AlarmActions": [{"Ref": "AlarmsKey"}]}, "reaches neither the topic nor a composite that does"),
        ({"AlarmDescription": "What now?"}, "names no section of the runbook: 'What now?'"),
        ({"AlarmDescription": "docs/runbook.md#queue-full"}, "names no section of the runbook: 'queue-full'"),
        ({"MetricName": "Queue"}, "reads Queue, which the function does not write"),
        (
            {"Dimensions": MADE_UP["Dimensions"][:2]},
            "reads QueueFull of {'service': 'stream', 'stage': 'test'}, as which",
        ),
        ({"Namespace": "AWS/Lambda", "MetricName": "Faults"}, "reads AWS/Lambda Faults, which is not known"),
        (
            {"Metrics": [{"MetricStat": {"Metric": {**MADE_UP, "MetricName": "Queue"}}}, {"Expression": "m1 + m2"}]},
            "reads Queue, which the function does not write",
        ),
    ],
)
def test_made_up_alarm_that_breaks_a_rule_is_found(
    full_templates: dict[str, JsonObject], changes: dict[str, Any], complaint: str
) -> None:
    templates = deepcopy(full_templates)
    resources = templates["test-Monitoring"]["Resources"]
    (topic,) = [name for name, resource in resources.items() if resource["Type"] == "AWS::SNS::Topic"]
    resources["AlarmsKey"] = {"Type": "AWS::KMS::Key", "Properties": {}}
    resources["MadeUp"] = {"Type": ALARM, "Properties": {**MADE_UP, "AlarmActions": [{"Ref": topic}]}}
    assert Alarms(templates).complaints(runbook_anchors()) == []
    resources["MadeUp"]["Properties"].update(changes)
    (found,) = Alarms(templates).complaints(runbook_anchors())
    assert found.startswith(f"MadeUp {complaint}")


def test_rollback_alarms_are_found_unwired_without_the_incident_alarm(full_templates: dict[str, JsonObject]) -> None:
    templates = deepcopy(full_templates)
    resources = templates["test-Monitoring"]["Resources"]
    (incident,) = [resource for resource in resources.values() if resource["Type"] == "AWS::CloudWatch::CompositeAlarm"]
    incident["Properties"]["AlarmRule"] = "FALSE"
    unwired = [line for line in Alarms(templates).complaints(runbook_anchors()) if "reaches neither" in line]
    rollback_alarms = templates["test-Stream"]["Resources"]
    assert {line.split()[0] for line in unwired} >= {
        name for name, found in rollback_alarms.items() if found["Type"] == ALARM
    }


def test_stages_of_one_account_share_no_metric_but_those_of_the_account() -> None:
    metrics = [
        {str(metric) for metric in _spelled_out(templates_of(build_own_stage(settings)))} for settings in stages()
    ]
    shared = {metric for one, other in combinations(metrics, 2) for metric in one & other}
    assert {metric for metric in shared if "ClaimedAccountConcurrency" not in metric} == set()


def _spelled_out(templates: dict[str, JsonObject]) -> list[JsonObject]:
    """The metrics whose dimensions are text; the others refer to a resource of their own stage."""
    metrics = [metric for alarm in Alarms(templates).all for metric in alarm.metrics()]
    assert metrics
    fields = ("Namespace", "MetricName", "Dimensions")
    return [
        {field: metric.get(field) for field in fields}
        for metric in metrics
        if all(isinstance(dimension["Value"], str) for dimension in metric.get("Dimensions", ()))
    ]


def test_queries_of_the_runbook_ask_for_metrics_that_are_written() -> None:
    asked = {word for query in runbook_queries() for word in re.findall(r"\b(?:[A-Z][a-z]+)+\b", query)}
    assert asked
    assert asked <= set(UNITS)
