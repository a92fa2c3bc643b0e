"""What every alarm of a stage has to keep, read from its templates alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import aws_cdk as cdk
from aws_cdk.assertions import Template

from infra.stage import StreamingStage
from tests.infrastructure.metric_rules import Metrics
from tests.infrastructure.support import ROOT, JsonObject
from tests.support.markdown import anchors

_RUNBOOK = ROOT / "docs" / "runbook.md"
ALARM = "AWS::CloudWatch::Alarm"
COMPOSITE = "AWS::CloudWatch::CompositeAlarm"
_TOPIC = "AWS::SNS::Topic"


@dataclass(frozen=True)
class Alarm:
    stack: str
    logical_id: str
    kind: str
    properties: JsonObject

    @property
    def anchor(self) -> str:
        return str(self.properties.get("AlarmDescription", "")).rpartition("#")[2]

    def metrics(self) -> Iterator[JsonObject]:
        """As namespace, name and dimensions; of an expression, those that it is made of."""
        inside = [
            query["MetricStat"]["Metric"] for query in self.properties.get("Metrics", ()) if "MetricStat" in query
        ]
        yield from inside or ([self.properties] if self.kind == ALARM else [])


class Alarms:
    """Those of all stacks of a stage, and what they refer to."""

    def __init__(self, templates: Mapping[str, JsonObject]) -> None:
        self._templates = templates
        self._metrics = Metrics(templates)
        self.all = [
            Alarm(stack, logical_id, resource["Type"], resource["Properties"])
            for stack, template in templates.items()
            for logical_id, resource in template["Resources"].items()
            if resource["Type"] in (ALARM, COMPOSITE)
        ]

    def complaints(self, anchors: set[str]) -> list[str]:
        """One sentence for each rule that an alarm does not keep."""
        return [
            f"{alarm.logical_id} {complaint}"
            for alarm in self.all
            for complaint in (
                *self._wiring_complaints(alarm),
                *self._text_complaints(alarm, anchors),
                *(found for metric in alarm.metrics() for found in self._metric_complaints(metric)),
            )
        ]

    def _wiring_complaints(self, alarm: Alarm) -> Iterator[str]:
        if not self._reaches_topic(alarm):
            yield "reaches neither the topic nor a composite that does"

    def _reaches_topic(self, alarm: Alarm) -> bool:
        notified = {target for action in alarm.properties.get("AlarmActions", ()) for target in references(action)}
        if any(self._templates[alarm.stack]["Resources"][target]["Type"] == _TOPIC for target in notified):
            return True
        return any(self._feeds(alarm, composite) and self._reaches_topic(composite) for composite in self.all)

    def _feeds(self, alarm: Alarm, composite: Alarm) -> bool:
        rule = composite.properties.get("AlarmRule")
        if composite.stack == alarm.stack and alarm.logical_id in references(rule):
            return True
        outputs = self._templates[alarm.stack].get("Outputs", {})
        return any(
            alarm.logical_id in references(outputs[name]["Value"]) for name in imported_outputs(rule, alarm.stack)
        )

    def _text_complaints(self, alarm: Alarm, anchors: set[str]) -> Iterator[str]:
        if alarm.anchor not in anchors:
            yield f"names no section of the runbook: {alarm.anchor!r}"

    def _metric_complaints(self, metric: JsonObject) -> Iterator[str]:
        dimensions = {dimension["Name"]: dimension["Value"] for dimension in metric.get("Dimensions", ())}
        return self._metrics.complaints(metric["Namespace"], metric["MetricName"], dimensions)


def templates_of(stage: StreamingStage) -> dict[str, JsonObject]:
    """By the name that stacks refer to each other with."""
    stacks = [child for child in stage.node.children if isinstance(child, cdk.Stack)]
    return {stack.stack_name: dict(Template.from_stack(stack).to_json()) for stack in stacks}


def references(value: object) -> set[str]:
    """The logical ids that a value refers to, in its own stack."""
    match value:
        case {"Ref": target} | {"Fn::GetAtt": [target, _]}:
            return {str(target)}
        case dict():
            return {found for inner in value.values() for found in references(inner)}
        case list():
            return {found for inner in value for found in references(inner)}
    return set()


def imported_outputs(value: object, stack: str) -> set[str]:
    """The outputs of another stack that a value takes."""
    match value:
        case {"Fn::GetStackOutput": {"StackName": name, "OutputName": output}} if name == stack:
            return {str(output)}
        case dict():
            return {found for inner in value.values() for found in imported_outputs(inner, stack)}
        case list():
            return {found for inner in value for found in imported_outputs(inner, stack)}
    return set()


def runbook_anchors() -> set[str]:
    """Of its sections, one for each alarm."""
    return anchors(_RUNBOOK.read_text(), level="##")


def runbook_queries() -> list[str]:
    return re.findall(r"^```text$(.+?)^```$", _RUNBOOK.read_text(), flags=re.MULTILINE | re.DOTALL)
