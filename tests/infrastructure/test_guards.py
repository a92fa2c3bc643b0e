"""Wirings that would deploy and then fail."""

from __future__ import annotations

import aws_cdk as cdk
import pytest
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_lambda as lambda_

from infra.api.http_api import BufferedHttpApi
from infra.api.rest_api import streaming_integration
from infra.edge.stream_origin import StreamOrigin
from infra.function.web_function import WebFunction, WebFunctionProps
from infra.guards import WiringError
from infra.settings import ScalingSettings, ThrottleSettings
from infra.stream.url import StreamUrl
from tests.infrastructure.support import ENV, build_stage, make_app

PROPS = WebFunctionProps(stage="test", source="local", environment={}, memory_mebibytes=512)


@pytest.fixture
def stack() -> cdk.Stack:
    return cdk.Stack(make_app(), "Stack", env=ENV)


def function_of(
    stack: cdk.Stack, mode: lambda_.InvokeMode, timeout_seconds: int = 20, construct_id: str = "Web"
) -> WebFunction:
    return WebFunction(
        stack,
        construct_id,
        service="web",
        invoke_mode=mode,
        timeout=cdk.Duration.seconds(timeout_seconds),
        props=PROPS,
        log_retention_days=1,
    )


def http_api(stack: cdk.Stack, function: WebFunction) -> BufferedHttpApi:
    return BufferedHttpApi(stack, "Api", function=function, jwt=None, throttle=ThrottleSettings(), log_retention_days=1)


def rest_api(stack: cdk.Stack, *types: apigateway.EndpointType) -> apigateway.RestApi:
    return apigateway.RestApi(stack, "Rest", endpoint_types=list(types) or None)


def test_streaming_function_is_refused_behind_an_http_api(stack: cdk.Stack) -> None:
    function = function_of(stack, lambda_.InvokeMode.RESPONSE_STREAM)
    with pytest.raises(WiringError, match="BUFFERED behind an HTTP API, got Stack/Web in mode RESPONSE_STREAM"):
        http_api(stack, function)


def test_buffered_function_is_refused_behind_a_streaming_url(stack: cdk.Stack) -> None:
    function = function_of(stack, lambda_.InvokeMode.BUFFERED)
    with pytest.raises(WiringError, match="RESPONSE_STREAM behind a streaming function URL"):
        StreamUrl(stack, "Url", function=function, auth="AWS_IAM", cors_origins=())


def test_buffered_function_is_refused_behind_a_streaming_rest_api(stack: cdk.Stack) -> None:
    function = function_of(stack, lambda_.InvokeMode.BUFFERED)
    with pytest.raises(WiringError, match="RESPONSE_STREAM behind a REST API"):
        streaming_integration(rest_api(stack, apigateway.EndpointType.REGIONAL), function, cdk.Duration.minutes(1))


def test_function_that_outlasts_the_http_api_is_refused(stack: cdk.Stack) -> None:
    function = function_of(stack, lambda_.InvokeMode.BUFFERED, timeout_seconds=30)
    with pytest.raises(WiringError, match=r"within the HTTP API's integration \(29 s\), got 30 s"):
        http_api(stack, function)


def test_function_that_outlasts_its_rest_integration_is_refused(stack: cdk.Stack) -> None:
    function = function_of(stack, lambda_.InvokeMode.RESPONSE_STREAM, timeout_seconds=61)
    with pytest.raises(WiringError, match="got 61 s"):
        streaming_integration(rest_api(stack, apigateway.EndpointType.REGIONAL), function, cdk.Duration.minutes(1))


def test_rest_integration_beyond_fifteen_minutes_is_refused(stack: cdk.Stack) -> None:
    function = function_of(stack, lambda_.InvokeMode.RESPONSE_STREAM)
    with pytest.raises(WiringError, match="API Gateway's limit"):
        streaming_integration(rest_api(stack, apigateway.EndpointType.REGIONAL), function, cdk.Duration.minutes(16))


@pytest.mark.parametrize("types", [(), (apigateway.EndpointType.EDGE,)])
def test_edge_optimised_rest_api_is_refused(stack: cdk.Stack, types: tuple[apigateway.EndpointType, ...]) -> None:
    function = function_of(stack, lambda_.InvokeMode.RESPONSE_STREAM)
    with pytest.raises(WiringError, match="regional REST API"):
        streaming_integration(rest_api(stack, *types), function, cdk.Duration.minutes(1))


def stream_origin(stack: cdk.Stack, function: WebFunction, url: StreamUrl, heartbeat_seconds: int = 10) -> StreamOrigin:
    return StreamOrigin(
        stack,
        "Origin",
        function=function,
        url=url,
        heartbeat=cdk.Duration.seconds(heartbeat_seconds),
        read_timeout=cdk.Duration.seconds(60),
    )


def test_public_url_is_refused_behind_a_distribution(stack: cdk.Stack) -> None:
    function = function_of(stack, lambda_.InvokeMode.RESPONSE_STREAM)
    url = StreamUrl(stack, "Url", function=function, auth="NONE", cors_origins=())
    with pytest.raises(WiringError, match="to require signatures behind a distribution, got auth type NONE"):
        stream_origin(stack, function, url)


def test_buffered_function_is_refused_behind_a_distribution(stack: cdk.Stack) -> None:
    streaming = function_of(stack, lambda_.InvokeMode.RESPONSE_STREAM)
    url = StreamUrl(stack, "Url", function=streaming, auth="AWS_IAM", cors_origins=())
    buffered = function_of(stack, lambda_.InvokeMode.BUFFERED, construct_id="Buffered")
    with pytest.raises(WiringError, match="RESPONSE_STREAM behind a distribution that streams"):
        stream_origin(stack, buffered, url)


def test_heartbeat_slower_than_the_read_timeout_of_the_distribution_is_refused(stack: cdk.Stack) -> None:
    function = function_of(stack, lambda_.InvokeMode.RESPONSE_STREAM)
    url = StreamUrl(stack, "Url", function=function, auth="AWS_IAM", cors_origins=())
    with pytest.raises(WiringError, match=r"CloudFront's wait for the next byte \(60 s\), got 61 s"):
        stream_origin(stack, function, url, heartbeat_seconds=61)


@pytest.mark.parametrize("region", ["ap-east-2", "ap-southeast-6"])
def test_snap_start_is_refused_in_a_region_without_it(region: str) -> None:
    environment = cdk.Environment(account="123456789012", region=region)
    with pytest.raises(WiringError, match=f"test/Stream/Stream with SnapStart in a region that has it, got '{region}'"):
        build_stage(env=environment, scaling=ScalingSettings(snap_start=True))
