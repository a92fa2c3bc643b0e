from __future__ import annotations

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Annotations, Match, Template

from functions.stream.streaming import settings as names
from functions.stream.streaming.settings import JwtSettings
from infra.function import adapter_variables as adapter
from infra.names import ALIAS_NAME, INVOKER_ROLE_ARN_OUTPUT, STAGE_TAG, STREAM_URL_OUTPUT
from infra.settings import BedrockSettings, CostLimits, ScalingSettings, SettingsError
from infra.stage import StreamingStage
from tests.infrastructure.support import (
    JWT,
    RESERVED,
    as_list,
    build_stage,
    only,
    properties,
    statements,
    stream_template_of,
)

FUNCTION = "AWS::Lambda::Function"


def test_url_streams_from_the_alias_to_signed_callers(stream_template: Template) -> None:
    url = only(stream_template, "AWS::Lambda::Url")
    assert (url["InvokeMode"], url["AuthType"], url["Qualifier"]) == ("RESPONSE_STREAM", "AWS_IAM", ALIAS_NAME)
    assert "Cors" not in url


def test_url_is_open_to_no_principal_by_default(stream_template: Template) -> None:
    stream_template.resource_count_is("AWS::Lambda::Permission", 0)


def test_adapter_mode_is_the_invoke_mode_of_the_url(stream_template: Template) -> None:
    environment = only(stream_template, FUNCTION)["Environment"]["Variables"]
    assert environment[adapter.INVOKE_MODE] == adapter.RESPONSE_STREAM


def test_invoker_may_call_the_url_and_nothing_else(stream_template: Template) -> None:
    granted = statements(stream_template, of_role="Invoker")
    live = {"Ref": next(iter(stream_template.find_resources("AWS::Lambda::Alias")))}
    assert sorted(granted, key=str) == sorted(
        [
            {
                "Action": "lambda:InvokeFunctionUrl",
                "Condition": {"StringEquals": {"lambda:FunctionUrlAuthType": "AWS_IAM"}},
                "Effect": "Allow",
                "Resource": live,
            },
            {
                "Action": "lambda:InvokeFunction",
                "Condition": {"Bool": {"lambda:InvokedViaFunctionUrl": True}},
                "Effect": "Allow",
                "Resource": live,
            },
        ],
        key=str,
    )


def test_public_url_carries_both_permissions_and_a_warning() -> None:
    stage = build_stage(url_auth="NONE", public_on_purpose=True, limits=RESERVED)
    template = Template.from_stack(stage.stream)
    granted = properties(template, "AWS::Lambda::Permission")
    assert {permission["Action"] for permission in granted} == {"lambda:InvokeFunctionUrl", "lambda:InvokeFunction"}
    assert all(permission["Principal"] == "*" for permission in granted)
    Annotations.from_stack(stage.stream).has_warning("*", Match.string_like_regexp("anyone on the internet"))


def test_function_knows_the_origins_that_its_url_lets_in_and_how_to_name_callers() -> None:
    origins = ("https://a.example", "https://b.example")
    template = stream_template_of(cors_origins=origins, hash_callers=True)
    settings = names.Settings.from_environment(only(template, FUNCTION)["Environment"]["Variables"])
    assert (settings.cors_origins, settings.hash_callers) == (origins, True)


@pytest.mark.parametrize("log_text", [True, False])
def test_function_logs_text_only_where_the_settings_say_so(log_text: bool) -> None:
    environment = only(stream_template_of(log_text=log_text), FUNCTION)["Environment"]["Variables"]
    assert names.Settings.from_environment(environment).log_text is log_text


def test_url_owns_cors_for_the_origins_of_the_settings() -> None:
    template = stream_template_of(cors_origins=("https://example.com",))
    cors = only(template, "AWS::Lambda::Url")["Cors"]
    assert cors["AllowOrigins"] == ["https://example.com"]
    assert cors["AllowMethods"] == ["GET", "POST"]
    assert {"x-amz-content-sha256", names.TOKEN_HEADER} <= set(cors["AllowHeaders"])


def test_function_checks_no_token_by_default(stream_template: Template) -> None:
    assert not [name for name in only(stream_template, FUNCTION)["Environment"]["Variables"] if "JWT" in name]


def test_function_checks_tokens_of_the_issuer_when_one_is_set(edge_stage: StreamingStage) -> None:
    environment = only(Template.from_stack(edge_stage.stream), FUNCTION)["Environment"]["Variables"]
    jwt = JwtSettings.from_environment(environment)
    assert jwt == JwtSettings(issuer=JWT.issuer, audience=JWT.audience, scope=JWT.scope)


def test_adapter_takes_the_token_past_the_signature(edge_stage: StreamingStage) -> None:
    environment = only(Template.from_stack(edge_stage.stream), FUNCTION)["Environment"]["Variables"]
    assert environment[adapter.AUTHORIZATION_SOURCE] == names.TOKEN_HEADER


def test_function_is_what_the_settings_say() -> None:
    template = stream_template_of(memory_mebibytes=2048, limits=CostLimits(max_stream_seconds=600, max_input_bytes=100))
    function = only(template, FUNCTION)
    assert (function["MemorySize"], function["Timeout"]) == (2048, 600)
    assert function["Environment"]["Variables"][names.MAX_INPUT_BYTES] == "100"


def test_function_runs_its_own_server_instead_of_the_runtime_client(stream_template: Template) -> None:
    function = only(stream_template, FUNCTION)
    assert (function["Runtime"], function["Handler"]) == ("python3.14", "streaming.app.app")
    assert function["Environment"]["Variables"][adapter.EXEC_WRAPPER] == adapter.RUN_SH


def test_role_writes_its_own_logs_and_has_no_managed_policy(stream_template: Template) -> None:
    roles = stream_template.find_resources("AWS::IAM::Role").values()
    assert not any("ManagedPolicyArns" in role["Properties"] for role in roles)
    (statement,) = statements(stream_template, of_role="StreamRole")
    assert set(as_list(statement["Action"])) == {"logs:CreateLogStream", "logs:PutLogEvents"}
    assert statement["Resource"]["Fn::GetAtt"][0].startswith("StreamLogs")


@pytest.mark.parametrize("days", [1, 30, 365, 3653])
def test_log_group_keeps_lines_as_long_as_the_settings_say(days: int) -> None:
    assert only(stream_template_of(log_retention_days=days), "AWS::Logs::LogGroup")["RetentionInDays"] == days


def test_alias_is_live_and_its_version_outlives_a_deployment(stream_template: Template) -> None:
    assert only(stream_template, "AWS::Lambda::Alias")["Name"] == ALIAS_NAME
    (version,) = stream_template.find_resources("AWS::Lambda::Version").values()
    assert version["DeletionPolicy"] == "Retain"


def test_reservation_is_absent_unless_set(stream_template: Template) -> None:
    assert "ReservedConcurrentExecutions" not in only(stream_template, FUNCTION)
    assert (
        only(stream_template_of(limits=CostLimits(reserved_concurrency=7, buffered_reserved_concurrency=10)), FUNCTION)[
            "ReservedConcurrentExecutions"
        ]
        == 7
    )


def test_provisioned_concurrency_belongs_to_the_alias() -> None:
    alias = only(stream_template_of(scaling=ScalingSettings(provisioned_concurrency=3)), "AWS::Lambda::Alias")
    assert alias["ProvisionedConcurrencyConfig"] == {"ProvisionedConcurrentExecutions": 3}


def test_snap_start_applies_to_published_versions() -> None:
    assert only(stream_template_of(scaling=ScalingSettings(snap_start=True)), FUNCTION)["SnapStart"] == {
        "ApplyOn": "PublishedVersions"
    }


@pytest.mark.parametrize(
    ("region", "layer", "architecture"),
    [
        ("eu-west-1", "arn:aws:lambda:eu-west-1:753240598075:layer:LambdaAdapterLayerArm64:30", "arm64"),
        ("cn-north-1", "arn:aws-cn:lambda:cn-north-1:041581134020:layer:LambdaAdapterLayerX86:30", "x86_64"),
        ("cn-northwest-1", "arn:aws-cn:lambda:cn-northwest-1:069767869989:layer:LambdaAdapterLayerX86:30", "x86_64"),
    ],
)
def test_adapter_layer_is_that_of_the_region(region: str, layer: str, architecture: str) -> None:
    function = only(stream_template_of(env=cdk.Environment(account="123456789012", region=region)), FUNCTION)
    assert (function["Layers"], function["Architectures"]) == ([layer], [architecture])


@pytest.mark.parametrize("region", ["us-gov-west-1", "us-iso-east-1", "me-south-1"])
def test_region_without_a_layer_is_refused_by_name(region: str) -> None:
    with pytest.raises(SettingsError, match=f"adapter_layer_arn.*{region}"):
        build_stage(env=cdk.Environment(account="123456789012", region=region))


def test_own_layer_serves_a_region_without_one() -> None:
    arn = "arn:aws-us-gov:lambda:us-gov-west-1:123456789012:layer:adapter-arm64:1"
    environment = cdk.Environment(account="123456789012", region="us-gov-west-1")
    assert only(stream_template_of(env=environment, adapter_layer_arn=arn), FUNCTION)["Layers"] == [arn]


def test_own_layer_tells_the_architecture() -> None:
    arn = "arn:aws:lambda:eu-west-1:123456789012:layer:adapter-x86:3"
    assert only(stream_template_of(adapter_layer_arn=arn), FUNCTION)["Architectures"] == ["x86_64"]


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:lambda:us-east-1:123456789012:layer:adapter-arm64:1",
        "arn:aws-cn:lambda:eu-west-1:123456789012:layer:adapter-arm64:1",
    ],
)
def test_own_layer_of_another_region_or_partition_is_refused_by_name(arn: str) -> None:
    with pytest.raises(SettingsError, match=r"^Setting adapter_layer_arn: got .*region of the stage, 'eu-west"):
        build_stage(adapter_layer_arn=arn)


def test_unknown_region_gets_the_commercial_layer() -> None:
    (layer,) = only(stream_template_of(env=cdk.Environment()), FUNCTION)["Layers"]
    assert {"Ref": "AWS::Region"} in layer["Fn::Join"][1]


def test_bedrock_is_out_of_reach_by_default(stream_template: Template) -> None:
    assert "bedrock" not in str(stream_template.to_json())


def test_bedrock_source_may_invoke_exactly_its_model() -> None:
    template = stream_template_of(source="bedrock", bedrock=BedrockSettings(model_id="maker.model-v1:0"))
    granted = [s for s in statements(template, of_role="StreamRole") if "bedrock" in str(s)]
    assert granted == [
        {
            "Action": "bedrock:InvokeModelWithResponseStream",
            "Effect": "Allow",
            "Resource": "arn:aws:bedrock:eu-west-1::foundation-model/maker.model-v1:0",
        }
    ]


def test_bedrock_profile_reaches_its_regions_through_the_profile_only() -> None:
    bedrock = BedrockSettings(
        model_id="maker.model-v1:0",
        inference_profile_id="eu.maker.model-v1:0",
        inference_profile_regions=("eu-west-1", "eu-central-1"),
    )
    template = stream_template_of(source="bedrock", bedrock=bedrock)
    of_profile, of_models = [s for s in statements(template, of_role="StreamRole") if "bedrock" in str(s)]
    profile = "arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.maker.model-v1:0"
    assert of_profile["Resource"] == profile
    assert set(of_models["Resource"]) == {
        "arn:aws:bedrock:eu-west-1::foundation-model/maker.model-v1:0",
        "arn:aws:bedrock:eu-central-1::foundation-model/maker.model-v1:0",
    }
    assert of_models["Condition"] == {"StringEquals": {"bedrock:InferenceProfileArn": profile}}
    environment = only(template, FUNCTION)["Environment"]["Variables"]
    assert environment[names.BEDROCK_MODEL_ID] == "eu.maker.model-v1:0"


def test_global_profile_reaches_its_model_anywhere_through_the_profile_only() -> None:
    bedrock = BedrockSettings(model_id="maker.model-v1:0", inference_profile_id="global.maker.model-v1:0")
    template = stream_template_of(source="bedrock", bedrock=bedrock)
    of_profile, of_models = [s for s in statements(template, of_role="StreamRole") if "bedrock" in str(s)]
    profile = "arn:aws:bedrock:eu-west-1:123456789012:inference-profile/global.maker.model-v1:0"
    assert of_profile["Resource"] == profile
    assert set(of_models["Resource"]) == {
        "arn:aws:bedrock:eu-west-1::foundation-model/maker.model-v1:0",
        "arn:aws:bedrock:::foundation-model/maker.model-v1:0",
    }
    assert of_models["Condition"] == {"StringEquals": {"bedrock:InferenceProfileArn": profile}}


@pytest.mark.parametrize(
    ("resource", "regions", "models"),
    [
        ("inference-profile/eu.maker.model", ("eu-west-1",), {"eu-west-1"}),
        ("inference-profile/global.maker.model", (), {"eu-west-1", ""}),
        ("application-inference-profile/abc123", ("eu-west-1", "eu-central-1"), {"eu-west-1", "eu-central-1"}),
        ("application-inference-profile/abc123", ("global",), {"eu-west-1", ""}),
    ],
)
def test_profile_that_is_named_by_its_arn_is_granted_as_it_is(
    resource: str, regions: tuple[str, ...], models: set[str]
) -> None:
    profile = f"arn:aws:bedrock:eu-west-1:123456789012:{resource}"
    bedrock = BedrockSettings(model_id="maker.model", inference_profile_id=profile, inference_profile_regions=regions)
    template = stream_template_of(source="bedrock", bedrock=bedrock)
    of_profile, of_models = [s for s in statements(template, of_role="StreamRole") if "bedrock" in str(s)]
    assert of_profile["Resource"] == profile
    assert set(as_list(of_models["Resource"])) == {
        f"arn:aws:bedrock:{region}::foundation-model/maker.model" for region in models
    }
    assert of_models["Condition"] == {"StringEquals": {"bedrock:InferenceProfileArn": profile}}
    assert only(template, FUNCTION)["Environment"]["Variables"][names.BEDROCK_MODEL_ID] == profile


def test_profile_of_another_region_is_refused_by_name() -> None:
    profile = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123"
    bedrock = BedrockSettings(
        model_id="maker.model", inference_profile_id=profile, inference_profile_regions=("eu-west-1",)
    )
    with pytest.raises(SettingsError, match=r"^Setting inference_profile_id: got .*region of the stage, 'eu-west-1'"):
        build_stage(source="bedrock", bedrock=bedrock)


def test_outputs_name_what_a_caller_needs(stream_template: Template) -> None:
    assert set(stream_template.to_json()["Outputs"]) >= {
        STREAM_URL_OUTPUT,
        INVOKER_ROLE_ARN_OUTPUT,
        "StreamFunctionName",
    }


def test_every_taggable_resource_carries_the_stage(stage: StreamingStage, stream_template: Template) -> None:
    assert {"Key": STAGE_TAG, "Value": stage.stage_name} in only(stream_template, FUNCTION)["Tags"]
