from __future__ import annotations

from typing import Any

import pytest

from infra.settings import (
    AlarmSettings,
    AutoScalingSettings,
    BedrockSettings,
    CanarySettings,
    CostLimits,
    EdgeSettings,
    FirewallSettings,
    JwtSettings,
    ScalingSettings,
    ScheduledRange,
    SettingsError,
    StageSettings,
    ThrottleSettings,
    one_of,
)
from infra.stages import select_stages, stages
from tests.infrastructure.support import EACH_STAGE, JWT

BEDROCK = BedrockSettings(model_id="m")
FOLLOWING_USE = AutoScalingSettings(min_environments=1, max_environments=3)
CERTIFICATE = "arn:aws:acm:{}:123456789012:certificate/one"


@pytest.mark.parametrize(
    ("key", "changes"),
    [
        ("source", {"source": "oracle"}),
        ("bedrock", {"source": "bedrock"}),
        ("bedrock", {"bedrock": BEDROCK}),
        ("memory_mebibytes", {"memory_mebibytes": 64}),
        ("memory_mebibytes", {"memory_mebibytes": 10_241}),
        ("account_concurrency", {"account_concurrency": 0}),
        (
            "scaling",
            {"limits": CostLimits(reserved_concurrency=2), "scaling": ScalingSettings(auto_scaling=FOLLOWING_USE)},
        ),
        ("scaling", {"account_concurrency": 9, "scaling": ScalingSettings(provisioned_concurrency=10)}),
        ("deadline_margin_seconds", {"deadline_margin_seconds": 0}),
        ("max_stream_seconds", {"limits": CostLimits(max_stream_seconds=3)}),
        ("generate_timeout_seconds", {"generate_timeout_seconds": 30}),
        ("heartbeat_seconds", {"heartbeat_seconds": 30}),
        ("url_auth", {"url_auth": "none"}),
        ("url_auth", {"url_auth": "NONE"}),
        ("edge", {"edge": EdgeSettings()}),
        ("edge", {"edge": EdgeSettings(), "jwt": JWT, "url_auth": "NONE"}),
        ("quiet_minutes", {"alarms": AlarmSettings(quiet_minutes=15)}),
        ("canary", {"canary": CanarySettings(minutes=29)}),
        ("canary", {"canary": CanarySettings(), "alarms": AlarmSettings(truncated_share=0.2)}),
        ("bundler", {"bundler": "podman"}),
        ("bundler", {"bundler": "docker", "jwt": JWT}),
        ("log_retention_days", {"log_retention_days": 2}),
        ("cors_origins", {"cors_origins": ("example.com",)}),
        ("alarm_email", {"alarm_email": "ops"}),
    ],
)
def test_setting_that_cannot_work_is_refused_with_key_value_and_choice(key: str, changes: dict[str, Any]) -> None:
    with pytest.raises(SettingsError, match=rf"^Setting {key}: got .+, allowed: .+\.$"):
        StageSettings(name="test", **changes)


@pytest.mark.parametrize(
    ("key", "build"),
    [
        ("model_id", lambda: BedrockSettings(model_id="")),
        ("reserved_concurrency", lambda: CostLimits(reserved_concurrency=0)),
        ("max_stream_seconds", lambda: CostLimits(max_stream_seconds=0)),
        ("max_stream_seconds", lambda: CostLimits(max_stream_seconds=901)),
        ("max_output_tokens", lambda: CostLimits(max_output_tokens=0)),
        ("max_input_bytes", lambda: CostLimits(max_input_bytes=0)),
        ("monthly_budget_usd", lambda: CostLimits(monthly_budget_usd=0)),
        ("provisioned_concurrency", lambda: ScalingSettings(provisioned_concurrency=-1)),
        ("auto_scaling", lambda: ScalingSettings(provisioned_concurrency=1, auto_scaling=FOLLOWING_USE)),
        ("snap_start", lambda: ScalingSettings(snap_start=True, provisioned_concurrency=1)),
        ("source_error_share", lambda: AlarmSettings(source_error_share=0)),
        ("truncated_share", lambda: AlarmSettings(truncated_share=5)),
        ("client_error_share", lambda: AlarmSettings(client_error_share=-0.1)),
        ("first_byte_milliseconds", lambda: AlarmSettings(first_byte_milliseconds=0)),
        ("slow_reader_milliseconds", lambda: AlarmSettings(slow_reader_milliseconds=0)),
        ("min_streams", lambda: AlarmSettings(min_streams=0)),
        ("failing_minutes", lambda: AlarmSettings(failing_minutes=6)),
        ("quiet_minutes", lambda: AlarmSettings(quiet_minutes=1441)),
        ("runbook_url", lambda: AlarmSettings(runbook_url="")),
        ("runbook_url", lambda: AlarmSettings(runbook_url="https://wiki.example/#runbook")),
        ("percent", lambda: CanarySettings(percent=10)),
        ("percent", lambda: CanarySettings(percent=100)),
        ("minutes", lambda: CanarySettings(minutes=2881)),
        ("snap_start", lambda: ScalingSettings(snap_start=True, auto_scaling=FOLLOWING_USE)),
        ("min_environments", lambda: AutoScalingSettings(min_environments=2, max_environments=1)),
        ("min_environments", lambda: AutoScalingSettings(min_environments=0, max_environments=1)),
        (
            "min_environments",
            lambda: ScheduledRange(min_environments=-1, max_environments=1, schedule="cron(0 7 * * ? *)"),
        ),
        ("schedule", lambda: ScheduledRange(min_environments=1, max_environments=1, schedule="cron(0 7 * * *)")),
        (
            "target_utilization",
            lambda: AutoScalingSettings(min_environments=1, max_environments=2, target_utilization=70),
        ),
        (
            "target_utilization",
            lambda: AutoScalingSettings(min_environments=1, max_environments=2, target_utilization=None),
        ),
        ("inference_profile_regions", lambda: BedrockSettings(model_id="m", inference_profile_id="eu.m")),
        ("issuer", lambda: JwtSettings(issuer="issuer.example", audience=("a",))),
        ("audience", lambda: JwtSettings(issuer="https://issuer.example", audience=())),
        ("audience", lambda: JwtSettings(issuer="https://issuer.example", audience=("two words",))),
        ("scope", lambda: JwtSettings(issuer="https://issuer.example", audience=("a",), scope="")),
        ("scope", lambda: JwtSettings(issuer="https://issuer.example", audience=("a",), scope="one two")),
        ("read_timeout_seconds", lambda: EdgeSettings(read_timeout_seconds=29)),
        ("read_timeout_seconds", lambda: EdgeSettings(read_timeout_seconds=121)),
        (
            "certificate_arn",
            lambda: EdgeSettings(domain_names=("a.b",), certificate_arn=CERTIFICATE.format("eu-west-1")),
        ),
        ("domain_names", lambda: EdgeSettings(domain_names=("a.b",))),
        ("domain_names", lambda: EdgeSettings(certificate_arn=CERTIFICATE.format("us-east-1"))),
        ("requests_per_five_minutes", lambda: FirewallSettings(requests_per_five_minutes=9)),
        ("requests_per_second", lambda: ThrottleSettings(requests_per_second=0)),
        ("burst_requests", lambda: ThrottleSettings(burst_requests=-1)),
    ],
)
def test_group_of_settings_is_refused_with_key_value_and_choice(key: str, build: Any) -> None:
    with pytest.raises(SettingsError, match=f"^Setting {key}: "):
        build()


@pytest.mark.parametrize("changes", [{"url_auth": "NONE"}, {"edge": EdgeSettings()}])
@pytest.mark.parametrize("callers", [{"jwt": JWT}, {"public_on_purpose": True}])
def test_service_is_open_to_browsers_with_a_token_check_or_on_purpose(
    changes: dict[str, Any], callers: dict[str, Any]
) -> None:
    settings = StageSettings(name="test", **changes, **callers)
    assert settings.jwt == callers.get("jwt")


def test_unknown_stage_is_refused_with_the_known_ones() -> None:
    known = one_of([stage.name for stage in stages()])
    with pytest.raises(SettingsError, match=f"Setting stage: got 'no-such-stage', allowed: {known}"):
        select_stages("no-such-stage")


def test_no_name_selects_every_stage() -> None:
    assert select_stages(None) == tuple(stages())


@EACH_STAGE
def test_name_selects_its_stage_alone(settings: StageSettings) -> None:
    assert select_stages(settings.name) == (settings,)
