"""Where the Lambda Web Adapter's layer is published, and the environment that it reads.

https://aws.github.io/aws-lambda-web-adapter/getting-started/zip-packages.html
"""

from __future__ import annotations

from aws_cdk import Token, region_info
from aws_cdk import aws_lambda as lambda_

from functions.stream.streaming import settings as names

from ..settings import SettingsError
from . import adapter_release as release

PORT = 8080
#: Names the header whose value the application gets as `Authorization`.
AUTHORIZATION_SOURCE = "AWS_LWA_AUTHORIZATION_SOURCE"

# The adapter keeps everyone else from these paths.
# https://aws.github.io/aws-lambda-web-adapter/features/snapstart.html
_SNAP_START_HOOKS = {
    names.BEFORE_CHECKPOINT_PATH: "/snapstart/before-checkpoint",
    names.AFTER_RESTORE_PATH: "/snapstart/after-restore",
}
# https://github.com/aws/aws-lambda-web-adapter/pull/691
_ABANDONED_REGIONS = {"me-south-1"}
_ADAPTER_MODES = {
    lambda_.InvokeMode.BUFFERED: "buffered",
    lambda_.InvokeMode.RESPONSE_STREAM: "response_stream",
}


def layer_arn(region: str) -> str:
    """Raises SettingsError where the publisher has none. A region unknown at synth is taken for a commercial one."""
    if Token.is_unresolved(region):
        return release.layer_arn("aws", region, release.COMMERCIAL_ACCOUNT, "Arm64")
    if region_info.RegionInfo.get(region).partition == "aws" and region not in _ABANDONED_REGIONS:
        return release.layer_arn("aws", region, release.COMMERCIAL_ACCOUNT, "Arm64")
    if region in release.CHINA_ACCOUNTS:
        return release.layer_arn("aws-cn", region, release.CHINA_ACCOUNTS[region], "X86")
    raise SettingsError(
        f"Setting adapter_layer_arn: got None in {region!r}, where the Lambda Web Adapter has no public layer; "
        "allowed: the ARN of a copy in your account."
    )


def architecture_of(arn: str) -> lambda_.Architecture:
    """The layer's name ends in its architecture; the function follows the layer."""
    return lambda_.Architecture.X86_64 if "X86:" in arn else lambda_.Architecture.ARM_64


def environment(invoke_mode: lambda_.InvokeMode, *, snap_start: bool) -> dict[str, str]:
    """The mode belongs to the whole function: it changes every response that the adapter gives."""
    return {
        "AWS_LAMBDA_EXEC_WRAPPER": "/var/task/run.sh",
        "AWS_LWA_INVOKE_MODE": _ADAPTER_MODES[invoke_mode],
        "AWS_LWA_PASS_THROUGH_PATH": "/events",
        "AWS_LWA_PORT": str(PORT),
        "AWS_LWA_READINESS_CHECK_PATH": "/healthz",
        **(_SNAP_START_HOOKS if snap_start else {}),
    }
