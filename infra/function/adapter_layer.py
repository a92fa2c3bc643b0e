"""The layer of the Lambda Web Adapter in each region.

https://aws.github.io/aws-lambda-web-adapter/getting-started/zip-packages.html
"""

from __future__ import annotations

from aws_cdk import Token, region_info

from ..settings import SettingsError, require
from . import adapter_release as release

# https://github.com/aws/aws-lambda-web-adapter/pull/691
_ABANDONED_REGIONS = {"me-south-1"}


def layer_arn(region: str, own_copy: str | None) -> str:
    """Returns the ARN of the layer: `own_copy`, or else the public one.

    A region that is unknown at synth counts as a commercial one. Raises SettingsError for a copy in another region, and
    for a region without a public layer.
    """
    if own_copy is not None:
        _require_region(own_copy, region)
        return own_copy
    if Token.is_unresolved(region):
        return release.layer_arn("aws", region, release.COMMERCIAL_ACCOUNT, "arm64")
    if region_info.RegionInfo.get(region).partition == "aws" and region not in _ABANDONED_REGIONS:
        return release.layer_arn("aws", region, release.COMMERCIAL_ACCOUNT, "arm64")
    if region in release.CHINA_ACCOUNTS:
        return release.layer_arn("aws-cn", region, release.CHINA_ACCOUNTS[region], "x86_64")
    raise SettingsError(
        f"Setting adapter_layer_arn: got None in {region!r}, where the Lambda Web Adapter has no public layer; "
        "allowed: the ARN of a copy in your account."
    )


def _require_region(own_copy: str, region: str) -> None:
    """Raises SettingsError unless the copy is in the function's region, as Lambda requires of layers."""
    is_here = Token.is_unresolved(region) or own_copy.split(":")[3] == region
    require("adapter_layer_arn", own_copy, is_here, f"a layer in the region of the stage, {region!r}")
