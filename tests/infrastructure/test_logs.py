"""What becomes of the logs of a stage that is destroyed."""

from __future__ import annotations

import pytest

from infra.stages import stages
from tests.infrastructure.alarm_rules import templates_of
from tests.infrastructure.support import EDGE, JWT, build_stage


@pytest.mark.parametrize(("keep_logs", "fate"), [(False, "Delete"), (True, "Retain")])
def test_every_log_group_has_the_fate_that_the_settings_say(keep_logs: bool, fate: str) -> None:
    templates = templates_of(build_stage(jwt=JWT, edge=EDGE, keep_logs=keep_logs))
    groups = [
        resource
        for template in templates.values()
        for resource in template["Resources"].values()
        if resource["Type"] == "AWS::Logs::LogGroup"
    ]
    assert len(groups) >= 7
    assert {group["DeletionPolicy"] for group in groups} == {group["UpdateReplacePolicy"] for group in groups} == {fate}


def test_every_function_writes_to_a_log_group_of_its_own_stack() -> None:
    templates = templates_of(build_stage(jwt=JWT, edge=EDGE))
    functions = [
        (template["Resources"], name, resource["Properties"].get("LoggingConfig", {}).get("LogGroup", {}))
        for template in templates.values()
        for name, resource in template["Resources"].items()
        if resource["Type"] == "AWS::Lambda::Function"
    ]
    assert len(functions) == 4
    for resources, name, group in functions:
        assert resources.get(group.get("Ref"), {}).get("Type") == "AWS::Logs::LogGroup", name


def test_production_keeps_its_logs() -> None:
    assert {settings.name: settings.keep_logs for settings in stages()} == {"dev": False, "prod": True}
