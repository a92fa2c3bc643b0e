"""The layer of the Lambda Web Adapter in each region.

https://aws.github.io/aws-lambda-web-adapter/getting-started/zip-packages.html
"""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import region_info

from ..own_arns import require_own_region
from ..settings import SettingsError
from . import adapter_release as release

# https://github.com/aws/aws-lambda-web-adapter/pull/691
_ABANDONED_REGIONS = {"me-south-1"}


def layer_arn(stack: cdk.Stack, own_copy: str | None) -> str:
    """Returns the ARN of the layer: `own_copy`, or else the public one.

    A region that is unknown at synth counts as a commercial one. Raises SettingsError for a copy in another region or
    partition, and for a region without a public layer.
    """
    if own_copy is not None:
        require_own_region("adapter_layer_arn", own_copy, stack)
        return own_copy
    region = stack.region
    if cdk.Token.is_unresolved(region):
        return release.layer_arn("aws", region, release.COMMERCIAL_ACCOUNT, "arm64")
    if region_info.RegionInfo.get(region).partition == "aws" and region not in _ABANDONED_REGIONS:
        return release.layer_arn("aws", region, release.COMMERCIAL_ACCOUNT, "arm64")
    if region in release.CHINA_ACCOUNTS:
        return release.layer_arn("aws-cn", region, release.CHINA_ACCOUNTS[region], "x86_64")
    raise SettingsError(
        f"Setting adapter_layer_arn: got None in {region!r}, where the Lambda Web Adapter has no public layer; "
        "allowed: the ARN of a copy in your account."
    )
