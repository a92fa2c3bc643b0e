from __future__ import annotations

from dataclasses import fields
from functools import partial
from typing import Any, cast

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
    Settings,
    SettingsError,
    StageSettings,
    ThrottleSettings,
    one_of,
)
from infra.stages import select_stages, stages
from tests.infrastructure.alarm_rules import templates_of
from tests.infrastructure.support import EACH_STAGE, JWT, RESERVED, build_stage

BEDROCK = BedrockSettings(model_id="m")
FOLLOWING_USE = AutoScalingSettings(min_environments=1, max_environments=3)
BEDROCK_ARN = "arn:aws:bedrock:eu-west-1:123456789012"
LAYER_ARN = "arn:aws:lambda:eu-west-1:123456789012:layer"
NO_ORIGINS = (
    "example.com",
    "://",
    "https://",
    "https://example.com/",
    "https://example.com/app",
    "https://EXAMPLE.com",
    " https://a.example",
    "https://a.example https://b.example",
    "https://m\u00fcnchen.example",
    "https://*.example.com",
    "https://example.com:443",
    "http://example.com:80",
    "https://example.com:",
    "https://example.com\n",
    "null",
)
NO_STAGE_NAMES = (
    *("", "a", "1dev", "-dev", "Dev", "my_stage", "feature/x", "dev.", "a b", "pr\u00f6d", "dev\n"),
    "a" * 118,
)
NO_LAYER_VERSIONS = (
    *("", "x", "adapter-arm64:1", f"{LAYER_ARN}:adapter-arm64", f"{LAYER_ARN}:adapter:1", f"{LAYER_ARN}:arm64-not:1"),
    "arn:aws:lambda:eu-west-1:123456789012:function:adapter-arm64:1",
)
NO_MODELS = (
    *("", "*", "maker.*", "two words", "us.maker.m", "us-gov.maker.m", "apac.maker.m", "global.maker.m"),
    f"{BEDROCK_ARN}::foundation-model/maker.m",
)
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
            {
                "limits": CostLimits(reserved_concurrency=2, buffered_reserved_concurrency=10),
                "scaling": ScalingSettings(auto_scaling=FOLLOWING_USE),
            },
        ),
        ("scaling", {"account_concurrency": 9, "scaling": ScalingSettings(provisioned_concurrency=10)}),
        ("deadline_margin_seconds", {"deadline_margin_seconds": 0}),
        ("max_stream_seconds", {"limits": CostLimits(max_stream_seconds=3)}),
        ("generate_timeout_seconds", {"generate_timeout_seconds": 30}),
        ("heartbeat_seconds", {"heartbeat_seconds": 30}),
        ("url_auth", {"url_auth": "none"}),
        ("url_auth", {"url_auth": "NONE"}),
        ("edge", {"edge": EdgeSettings()}),
        ("public_on_purpose", {"public_on_purpose": True, "url_auth": "NONE"}),
        ("public_on_purpose", {"public_on_purpose": True, "edge": EdgeSettings()}),
        ("edge", {"edge": EdgeSettings(), "jwt": JWT, "url_auth": "NONE"}),
        ("quiet_minutes", {"alarms": AlarmSettings(quiet_minutes=15)}),
        ("canary", {"canary": CanarySettings(minutes=29)}),
        ("canary", {"canary": CanarySettings(), "alarms": AlarmSettings(truncated_share=0.2)}),
        ("bundler", {"bundler": "podman"}),
        ("bundler", {"bundler": "docker", "jwt": JWT}),
        ("log_retention_days", {"log_retention_days": 2}),
        *(("cors_origins", {"cors_origins": ("https://a.example", origin)}) for origin in NO_ORIGINS),
        *(("name", {"name": name}) for name in NO_STAGE_NAMES),
        *(("adapter_layer_arn", {"adapter_layer_arn": arn}) for arn in NO_LAYER_VERSIONS),
        ("alarm_email", {"alarm_email": "ops"}),
    ],
)
def test_setting_that_cannot_work_is_refused_with_key_value_and_choice(key: str, changes: dict[str, Any]) -> None:
    with pytest.raises(SettingsError, match=rf"^Setting {key}: got .+, allowed: .+\.$"):
        StageSettings(**{"name": "test", **changes})


@pytest.mark.parametrize(
    ("key", "build"),
    [
        *(("model_id", partial(BedrockSettings, model_id=model)) for model in NO_MODELS),
        *(
            ("inference_profile_id", partial(BedrockSettings, model_id="maker.m", inference_profile_id=profile))
            for profile in ("maker.m", "eu.", "eu", f"{BEDROCK_ARN}:inference-profile/eu.maker.other")
        ),
        (
            "inference_profile_regions",
            lambda: BedrockSettings(
                model_id="m", inference_profile_id="global.m", inference_profile_regions=("eu-west-1",)
            ),
        ),
        ("reserved_concurrency", lambda: CostLimits(reserved_concurrency=0)),
        ("buffered_reserved_concurrency", lambda: CostLimits(reserved_concurrency=1)),
        ("buffered_reserved_concurrency", lambda: CostLimits(buffered_reserved_concurrency=1)),
        (
            "buffered_reserved_concurrency",
            lambda: CostLimits(reserved_concurrency=1, buffered_reserved_concurrency=0),
        ),
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
        ("page_requests_per_five_minutes", lambda: FirewallSettings(page_requests_per_five_minutes=9)),
        ("requests_per_second", lambda: ThrottleSettings(requests_per_second=0)),
        ("burst_requests", lambda: ThrottleSettings(burst_requests=-1)),
    ],
)
def test_group_of_settings_is_refused_with_key_value_and_choice(key: str, build: Any) -> None:
    with pytest.raises(SettingsError, match=f"^Setting {key}: "):
        build()


@pytest.mark.parametrize(
    ("key", "build"),
    [
        ("audience", lambda: JwtSettings(issuer="https://issuer.example", audience=cast("Any", "my-api"))),
        ("audience", lambda: JwtSettings(issuer="https://issuer.example", audience=cast("Any", ["my-api"]))),
        ("audience", lambda: JwtSettings(issuer="https://issuer.example", audience=cast("Any", (1,)))),
        ("domain_names", lambda: EdgeSettings(domain_names=cast("Any", "a.b"))),
        ("cors_origins", lambda: StageSettings(name="test", cors_origins=cast("Any", "https://a.example"))),
        ("memory_mebibytes", lambda: StageSettings(name="test", memory_mebibytes=cast("Any", "512"))),
        ("memory_mebibytes", lambda: StageSettings(name="test", memory_mebibytes=cast("Any", 512.0))),
        ("account_concurrency", lambda: StageSettings(name="test", account_concurrency=True)),
        ("log_text", lambda: StageSettings(name="test", log_text=cast("Any", "false"))),
        ("name", lambda: StageSettings(name=cast("Any", None))),
        ("limits", lambda: StageSettings(name="test", limits=cast("Any", None))),
        ("limits", lambda: StageSettings(name="test", limits=cast("Any", ThrottleSettings()))),
        ("truncated_share", lambda: AlarmSettings(truncated_share=True)),
        ("truncated_share", lambda: AlarmSettings(truncated_share=cast("Any", "0.1"))),
    ],
)
def test_value_of_another_type_is_refused_by_name(key: str, build: Any) -> None:
    with pytest.raises(SettingsError, match=rf"^Setting {key}: got .+, allowed: "):
        build()


def groups_below(base: type[Settings]) -> list[type[Settings]]:
    return [found for group in base.__subclasses__() for found in (group, *groups_below(group))]


TUPLES = [
    (group, field.name) for group in groups_below(Settings) for field in fields(group) if "tuple" in str(field.type)
]


@pytest.mark.parametrize(("group", "key"), TUPLES)
def test_text_in_place_of_a_tuple_is_refused(group: type[Any], key: str) -> None:
    required = {
        "model_id": "m",
        "issuer": "https://i.example",
        "min_environments": 1,
        "max_environments": 1,
        "name": "dev",
    }
    values = {field.name: required[field.name] for field in fields(group) if field.name in required}
    with pytest.raises(SettingsError, match=f"^Setting {key}: got 'one', allowed: a tuple, even of one, as in "):
        group(**{**values, key: "one"})


def test_tuples_of_the_groups_are_found() -> None:
    assert {key for _, key in TUPLES} >= {"audience", "cors_origins", "domain_names", "inference_profile_regions"}


def test_error_of_a_type_says_what_to_write() -> None:
    with pytest.raises(
        SettingsError, match=r"allowed: a tuple, even of one, as in \('one',\), where each is a text\.$"
    ):
        JwtSettings(issuer="https://issuer.example", audience=cast("Any", "my-api"))


@pytest.mark.parametrize(
    "origin", ["*", "https://a-b.example.com", "http://localhost:8080", "http://[::1]:8080", "capacitor://localhost"]
)
def test_origin_that_browsers_send_is_taken(origin: str) -> None:
    assert StageSettings(name="test", cors_origins=(origin,)).cors_origins == (origin,)


def test_longest_name_of_a_stage_fits_into_the_names_of_its_stacks() -> None:
    stage = build_stage(name="a" * 117)
    assert max(len(name) for name in templates_of(stage)) == 128


@pytest.mark.parametrize("changes", [{"url_auth": "NONE"}, {"edge": EdgeSettings()}])
@pytest.mark.parametrize("callers", [{"jwt": JWT}, {"public_on_purpose": True, "limits": RESERVED}])
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
