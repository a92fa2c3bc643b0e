from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_s3 as s3
from constructs import IConstruct

from infra.nag import add_nag, findings
from infra.settings import (
    AlarmSettings,
    AutoScalingSettings,
    BedrockSettings,
    CanarySettings,
    CostLimits,
    EdgeSettings,
    ScalingSettings,
)
from infra.stage import StreamingStage
from tests.infrastructure.support import EDGE, JWT, RESERVED, build_stage, make_app

PROFILE = BedrockSettings(model_id="m", inference_profile_id="eu.m", inference_profile_regions=("eu-west-1",))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"url_auth": "NONE", "cors_origins": ("*",), "public_on_purpose": True, "limits": RESERVED},
        {"source": "bedrock", "bedrock": PROFILE},
        {
            "limits": CostLimits(reserved_concurrency=5, buffered_reserved_concurrency=10, monthly_budget_usd=100),
            "scaling": ScalingSettings(provisioned_concurrency=1),
            "alarm_email": "ops@example.com",
            "alarms": AlarmSettings(quiet_minutes=30),
            "canary": CanarySettings(),
        },
        {"scaling": ScalingSettings(snap_start=True)},
        {"scaling": ScalingSettings(auto_scaling=AutoScalingSettings(min_environments=1, max_environments=2))},
        {"jwt": JWT, "edge": EDGE},
        {"jwt": JWT, "edge": EdgeSettings(access_logs=False), "env": cdk.Environment()},
    ],
)
def test_stage_has_no_finding(changes: dict[str, Any]) -> None:
    assert findings(build_stage(**changes)) == []


def test_finding_is_reported_with_its_place() -> None:
    stage = build_stage()
    s3.Bucket(stage.stream, "Careless")
    assert any(
        finding.startswith("AwsSolutions-S10") and "test/Stream/Careless" in finding for finding in findings(stage)
    )


def test_finding_fails_the_synth() -> None:
    app = make_app()
    s3.Bucket(cdk.Stack(app, "Stack"), "Careless")
    add_nag(app)
    with pytest.raises(RuntimeError, match=r"(?i)validation"):
        app.synth()


def test_every_acknowledgement_stands_on_one_construct_with_a_reason(stage: StreamingStage) -> None:
    acknowledged = [construct for construct in stage.node.find_all() if _acknowledgements(construct)]
    assert acknowledged
    assert not any(isinstance(construct, cdk.Stack | cdk.Stage) for construct in acknowledged)


def _acknowledgements(construct: IConstruct) -> list[object]:
    return [entry.data for entry in construct.node.metadata if "acknowledge" in entry.type.lower()]
