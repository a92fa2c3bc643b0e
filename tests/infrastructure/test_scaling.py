"""How the streaming function starts its environments, and how many are kept ready."""

from __future__ import annotations

from typing import Any

import pytest
from aws_cdk.assertions import Template

from functions.stream.streaming.host import hooks as names
from infra.settings import AutoScalingSettings, CostLimits, ScalingSettings, ScheduledRange
from infra.stage import StreamingStage
from tests.infrastructure.support import build_stage, only, stream_template_of

FUNCTION = "AWS::Lambda::Function"
TARGET = "AWS::ApplicationAutoScaling::ScalableTarget"
POLICY = "AWS::ApplicationAutoScaling::ScalingPolicy"

MORNING = ScheduledRange(
    schedule="cron(0 7 ? * MON-FRI *)", time_zone="Europe/Berlin", min_environments=5, max_environments=20
)
NIGHT = ScheduledRange(schedule="cron(0 20 * * ? *)", min_environments=0, max_environments=0)


def hooks(template: Template) -> dict[str, str]:
    environment: dict[str, str] = only(template, FUNCTION)["Environment"]["Variables"]
    return {
        name: environment[name]
        for name in (names.BEFORE_CHECKPOINT_PATH, names.AFTER_RESTORE_PATH)
        if name in environment
    }


def auto_scaled(**settings: Any) -> Template:
    return stream_template_of(scaling=ScalingSettings(auto_scaling=AutoScalingSettings(**settings)))


@pytest.fixture(scope="module")
def snap_start_stage() -> StreamingStage:
    return build_stage(scaling=ScalingSettings(snap_start=True))


def test_function_with_snap_start_has_both_hooks_at_paths_that_nothing_else_uses(
    snap_start_stage: StreamingStage,
) -> None:
    paths = hooks(Template.from_stack(snap_start_stage.stream))
    assert set(paths) == {names.BEFORE_CHECKPOINT_PATH, names.AFTER_RESTORE_PATH}
    assert len(set(paths.values())) == 2
    # What else the adapter accepts it cannot guard: the root, and anything with a percent sign.
    assert all(path.startswith("/snapstart/") and "%" not in path for path in paths.values())


def test_function_without_snap_start_has_no_hook(snap_start_stage: StreamingStage, stream_template: Template) -> None:
    assert hooks(stream_template) == {}
    assert hooks(Template.from_stack(snap_start_stage.api)) == {}


def test_environments_follow_the_use_made_of_them() -> None:
    template = auto_scaled(min_environments=2, max_environments=9, target_utilization=0.6)
    target = only(template, TARGET)
    assert (target["MinCapacity"], target["MaxCapacity"]) == (2, 9)
    assert target["ScalableDimension"] == "lambda:function:ProvisionedConcurrency"
    tracking = only(template, POLICY)["TargetTrackingScalingPolicyConfiguration"]
    assert tracking["TargetValue"] == 0.6
    assert tracking["PredefinedMetricSpecification"] == {
        "PredefinedMetricType": "LambdaProvisionedConcurrencyUtilization"
    }


def test_auto_scaling_moves_the_alias_that_callers_use() -> None:
    template = auto_scaled(min_environments=1, max_environments=2)
    (alias,) = template.find_resources("AWS::Lambda::Alias")
    assert f"{{'Ref': '{alias}'}}" in str(only(template, TARGET)["ResourceId"])


def test_deployment_does_not_set_back_what_auto_scaling_moved() -> None:
    template = auto_scaled(min_environments=1, max_environments=2)
    assert "ProvisionedConcurrencyConfig" not in only(template, "AWS::Lambda::Alias")


def test_environments_follow_the_hour() -> None:
    template = auto_scaled(min_environments=1, max_environments=1, target_utilization=None, schedules=(MORNING, NIGHT))
    template.resource_count_is(POLICY, 0)
    first, second = only(template, TARGET)["ScheduledActions"]
    assert (first["Schedule"], first["Timezone"]) == (MORNING.schedule, "Europe/Berlin")
    assert first["ScalableTargetAction"] == {"MinCapacity": 5, "MaxCapacity": 20}
    assert (second["Schedule"], second["Timezone"]) == (NIGHT.schedule, "UTC")
    assert second["ScalableTargetAction"] == {"MinCapacity": 0, "MaxCapacity": 0}


def test_use_and_hour_move_environments_together() -> None:
    template = auto_scaled(min_environments=1, max_environments=5, schedules=(MORNING, NIGHT))
    assert len(only(template, TARGET)["ScheduledActions"]) == 2
    template.resource_count_is(POLICY, 1)


def test_max_provisioned_is_those_of_the_busiest_hour() -> None:
    scaling = ScalingSettings(
        auto_scaling=AutoScalingSettings(min_environments=1, max_environments=5, schedules=(MORNING, NIGHT))
    )
    assert scaling.max_provisioned == MORNING.max_environments


def test_reservation_may_be_provisioned_whole() -> None:
    template = stream_template_of(
        limits=CostLimits(reserved_concurrency=3, buffered_reserved_concurrency=10),
        scaling=ScalingSettings(provisioned_concurrency=3),
    )
    assert only(template, FUNCTION)["ReservedConcurrentExecutions"] == 3


def test_nothing_scales_unless_set(stream_template: Template) -> None:
    stream_template.resource_count_is(TARGET, 0)
    assert "ProvisionedConcurrencyConfig" not in only(stream_template, "AWS::Lambda::Alias")
    assert "SnapStart" not in only(stream_template, FUNCTION)
