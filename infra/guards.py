"""Checks at synth for wirings that would deploy and then fail at run time.

The mode of a function is checked by the function itself (WebFunction.require_mode).
"""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_lambda as lambda_
from constructs import IConstruct

#: https://docs.aws.amazon.com/lambda/latest/dg/snapstart.html#snapstart-supported-regions
_REGIONS_WITHOUT_SNAP_START = {"ap-east-2", "ap-southeast-6"}


class WiringError(ValueError):
    """An error for parts that exclude each other; the message says which ones and what to use instead."""


def require_within(inner: cdk.Duration, inner_name: str, outer: cdk.Duration, outer_name: str) -> None:
    """Raises WiringError unless the inner side ends first: otherwise its last event is never delivered."""
    if inner.to_seconds() > outer.to_seconds():
        raise WiringError(
            f"Expected {inner_name} to end within {outer_name} ({outer.to_seconds():.0f} s), "
            f"got {inner.to_seconds():.0f} s: shorten the first or raise the second."
        )


def require_regional(api: apigateway.RestApi) -> None:
    """Raises WiringError for an edge-optimised REST API, which cuts a stream after 30 s of silence.

    CDK makes one unless the endpoint types say otherwise.
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
    """Raises WiringError for a public function URL: callers could bypass the distribution and its firewall."""
    if url.auth_type != lambda_.FunctionUrlAuthType.AWS_IAM:
        raise WiringError(
            f"Expected {url.node.path} to require signatures behind a distribution, got auth type "
            f"{url.auth_type.name}: set url_auth to 'AWS_IAM'."
        )


def require_snap_start_region(function: IConstruct) -> None:
    """Raises WiringError for a region without SnapStart; CDK checks the runtime and /tmp, but no region."""
    region = cdk.Stack.of(function).region
    if region in _REGIONS_WITHOUT_SNAP_START:
        raise WiringError(
            f"Expected {function.node.path} with SnapStart in a region that has it, got {region!r}: set snap_start "
            "to False there."
        )
