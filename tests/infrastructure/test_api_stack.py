from __future__ import annotations

import json

import pytest
from aws_cdk.assertions import Template

from functions.stream.streaming import settings as names
from infra.function.adapter_variables import BUFFERED, HEALTH_PATH, INVOKE_MODE
from infra.settings import CostLimits, JwtSettings
from infra.stage import StreamingStage
from tests.infrastructure.support import JWT, RESERVED, build_stage, only, properties

FUNCTION = "AWS::Lambda::Function"
METHOD = "AWS::ApiGateway::Method"
DIMENSION_VARIABLES = (names.SERVICE, names.STAGE, names.SOURCE)


def test_buffered_function_answers_before_the_http_api_gives_up(api_template: Template) -> None:
    function = only(api_template, FUNCTION)
    assert function["Environment"]["Variables"][INVOKE_MODE] == BUFFERED
    assert function["Timeout"] < 30


def test_buffered_function_runs_the_bundle_of_the_streaming_function(
    stream_template: Template, api_template: Template
) -> None:
    buffered, streaming = (only(template, "AWS::Lambda::Function") for template in (api_template, stream_template))
    assert buffered["Code"] == streaming["Code"]
    assert buffered["Role"] != streaming["Role"]


def test_functions_write_their_metrics_as_two_services(stream_template: Template, api_template: Template) -> None:
    written = [
        [only(template, "AWS::Lambda::Function")["Environment"]["Variables"][name] for name in DIMENSION_VARIABLES]
        for template in (stream_template, api_template)
    ]
    assert written == [["stream", "test", "local"], ["generate", "test", "local"]]


def test_http_api_routes_generate_and_health_to_signed_callers(api_template: Template) -> None:
    routes = {r["RouteKey"]: r["AuthorizationType"] for r in properties(api_template, "AWS::ApiGatewayV2::Route")}
    assert routes == {"POST /generate": "AWS_IAM", f"GET {HEALTH_PATH}": "AWS_IAM"}


def test_http_api_integrates_the_alias_with_payload_2(api_template: Template) -> None:
    integration = only(api_template, "AWS::ApiGatewayV2::Integration")
    assert integration["PayloadFormatVersion"] == "2.0"
    assert "Live" in integration["IntegrationUri"]["Ref"]


def test_http_api_takes_tokens_of_the_issuer_when_one_is_set() -> None:
    jwt = JwtSettings(issuer="https://issuer.example", audience=("app",))
    template = Template.from_stack(build_stage(jwt=jwt).api)
    routes = properties(template, "AWS::ApiGatewayV2::Route")
    assert {route["AuthorizationType"] for route in routes} == {"JWT"}
    assert only(template, "AWS::ApiGatewayV2::Authorizer")["JwtConfiguration"] == {
        "Audience": ["app"],
        "Issuer": "https://issuer.example",
    }


def test_http_api_asks_for_the_scope_when_one_is_set(edge_stage: StreamingStage) -> None:
    template = Template.from_stack(edge_stage.api)
    assert [r["AuthorizationScopes"] for r in properties(template, "AWS::ApiGatewayV2::Route")] == [[JWT.scope]] * 2


def test_buffered_function_leaves_tokens_to_the_http_api(edge_stage: StreamingStage) -> None:
    template = Template.from_stack(edge_stage.api)
    variables = only(template, "AWS::Lambda::Function")["Environment"]["Variables"]
    assert not [name for name in variables if "JWT" in name or "AUTHORIZATION" in name]


def test_http_api_throttles_and_logs_json(api_template: Template) -> None:
    stage = only(api_template, "AWS::ApiGatewayV2::Stage")
    assert stage["DefaultRouteSettings"] == {"ThrottlingBurstLimit": 100, "ThrottlingRateLimit": 50}
    assert json.loads(stage["AccessLogSettings"]["Format"])["status"] == "$context.status"


def test_buffered_function_has_the_reservation_of_the_settings(api_template: Template) -> None:
    assert "ReservedConcurrentExecutions" not in only(api_template, FUNCTION)
    assert only(Template.from_stack(build_stage(limits=RESERVED).api), FUNCTION)["ReservedConcurrentExecutions"] == 10


@pytest.mark.parametrize("reserved", [1, 10, 50, 2000])
def test_http_api_lets_no_more_in_than_its_reservation_serves(reserved: int) -> None:
    limits = CostLimits(reserved_concurrency=1, buffered_reserved_concurrency=reserved)
    template = Template.from_stack(build_stage(limits=limits).api)
    throttle = only(template, "AWS::ApiGatewayV2::Stage")["DefaultRouteSettings"]
    longest_seconds = only(template, FUNCTION)["Timeout"]
    assert 0 < throttle["ThrottlingRateLimit"] * longest_seconds <= reserved
    assert throttle["ThrottlingRateLimit"] <= 50
    assert throttle["ThrottlingBurstLimit"] == min(reserved, 100)


@pytest.mark.parametrize("jwt", [JWT, None], ids=["tokens", "signatures"])
def test_access_logs_name_the_caller(jwt: JwtSettings | None) -> None:
    template = Template.from_stack(build_stage(jwt=jwt).api)
    http = json.loads(only(template, "AWS::ApiGatewayV2::Stage")["AccessLogSettings"]["Format"])
    rest = json.loads(only(template, "AWS::ApiGateway::Stage")["AccessLogSetting"]["Format"])
    names_of_callers = {"identity.userArn", "authorizer.claims.sub", "authorizer.claims.iss"}
    assert {name: http[name] for name in names_of_callers} == {name: f"$context.{name}" for name in names_of_callers}
    assert rest["identity.userArn"] == "$context.identity.userArn"


def test_rest_api_is_regional(api_template: Template) -> None:
    assert only(api_template, "AWS::ApiGateway::RestApi")["EndpointConfiguration"]["Types"] == ["REGIONAL"]


def test_rest_api_streams_both_verbs_to_signed_callers(api_template: Template) -> None:
    methods = {method["HttpMethod"]: method for method in properties(api_template, METHOD)}
    assert set(methods) == {"GET", "POST"}
    for method in methods.values():
        assert method["AuthorizationType"] == "AWS_IAM"
        assert method["Integration"]["ResponseTransferMode"] == "STREAM"
        assert "/response-streaming-invocations" in str(method["Integration"]["Uri"])


def test_rest_api_owns_its_execution_log_before_its_stage_exists(api_template: Template) -> None:
    (api,) = api_template.find_resources("AWS::ApiGateway::RestApi")
    name = {"Fn::Join": ["", ["API-Gateway-Execution-Logs_", {"Ref": api}, "/v1"]]}
    ((group, resource),) = [
        (logical_id, found)
        for logical_id, found in api_template.find_resources("AWS::Logs::LogGroup").items()
        if found["Properties"].get("LogGroupName") == name
    ]
    assert resource["Properties"]["RetentionInDays"] == 30
    ((_, stage),) = api_template.find_resources("AWS::ApiGateway::Stage").items()
    assert stage["Properties"]["StageName"] == "v1"
    assert group in stage["DependsOn"]


def test_rest_integration_waits_as_long_as_the_function_runs() -> None:
    template = Template.from_stack(build_stage(limits=CostLimits(max_stream_seconds=700)).api)
    assert {m["Integration"]["TimeoutInMillis"] for m in properties(template, METHOD)} == {700_000}


def test_rest_integration_invokes_the_streaming_alias(api_template: Template) -> None:
    permissions = [p for p in properties(api_template, "AWS::Lambda::Permission") if "RestApi" in str(p["SourceArn"])]
    assert len(permissions) == 2
    for permission in permissions:
        assert permission["Action"] == "lambda:InvokeFunction"
        assert "StreamLive" in str(permission["FunctionName"])


def test_rest_api_throttles_and_logs_json(api_template: Template) -> None:
    stage = only(api_template, "AWS::ApiGateway::Stage")
    (settings,) = stage["MethodSettings"]
    assert (settings["ThrottlingRateLimit"], settings["ThrottlingBurstLimit"]) == (50, 100)
    assert settings["DataTraceEnabled"] is False
    assert json.loads(stage["AccessLogSetting"]["Format"])["requestId"] == "$context.requestId"


def test_outputs_name_both_endpoints(api_template: Template) -> None:
    assert set(api_template.to_json()["Outputs"]) >= {"HttpApiUrl", "RestApiStreamUrl", "GenerateFunctionName"}
