"""Wirings that deploy and then fail at run time, refused at synth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_lambda as lambda_
from constructs import IConstruct

if TYPE_CHECKING:
    from .function.web_function import WebFunction

#: https://docs.aws.amazon.com/lambda/latest/dg/snapstart.html#snapstart-supported-regions
_REGIONS_WITHOUT_SNAP_START = {"ap-east-2", "ap-southeast-6"}


class WiringError(ValueError):
    """Parts that exclude each other; the message says which and what to use instead."""


def require_mode(function: WebFunction, expected: lambda_.InvokeMode, front_end: str) -> None:
    """The adapter answers every caller in the function's one mode; a front end of the other mode serves garbage."""
    if function.invoke_mode != expected:
        raise WiringError(
            f"Expected a function in mode {expected.name} behind {front_end}, "
            f"got {function.node.path} in mode {function.invoke_mode.name}: use its twin of the other mode."
        )


def require_within(inner: cdk.Duration, inner_name: str, outer: cdk.Duration, outer_name: str) -> None:
    """The inner side has to end first, or its goodbye is never delivered."""
    if inner.to_seconds() > outer.to_seconds():
        raise WiringError(
            f"Expected {inner_name} to end within {outer_name} ({outer.to_seconds():.0f} s), "
            f"got {inner.to_seconds():.0f} s: shorten the one or raise the other."
        )


def require_regional(api: apigateway.RestApi) -> None:
    """An edge-optimised REST API cuts a stream after 30 s of silence, and CDK makes one unless told otherwise.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode.html
    """
    resource = api.node.default_child
    assert isinstance(resource, apigateway.CfnRestApi)
    configuration = cdk.Stack.of(api).resolve(resource.endpoint_configuration)
    types = (configuration or {}).get("types", ["EDGE"])
    if "EDGE" in types:
        raise WiringError(
            f"Expected {api.node.path} to be a regional REST API, got endpoint types {types!r}: "
            "pass endpoint_types=[EndpointType.REGIONAL]."
        )


def require_signed(url: lambda_.FunctionUrl) -> None:
    """A distribution signs what it forwards; a URL that anyone may call makes that, and its firewall, a detour."""
    if url.auth_type != lambda_.FunctionUrlAuthType.AWS_IAM:
        raise WiringError(
            f"Expected {url.node.path} to ask for signatures behind a distribution, got auth type "
            f"{url.auth_type.name}: set url_auth to 'AWS_IAM'."
        )


def require_snap_start_region(function: IConstruct) -> None:
    """CDK knows the runtimes and the size of /tmp that exclude SnapStart, but no region."""
    region = cdk.Stack.of(function).region
    if region in _REGIONS_WITHOUT_SNAP_START:
        raise WiringError(
            f"Expected {function.node.path} with SnapStart in a region that has it, got {region!r}: set snap_start "
            "to False there."
        )
