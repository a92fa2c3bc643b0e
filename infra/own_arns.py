"""The checks of ARNs that settings give, against the stack that uses them. What is unknown at synth may be anything."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import region_info

from .settings import require


def require_own_region(key: str, arn: str, stack: cdk.Stack) -> None:
    """Raises SettingsError for an ARN of another partition or region than the stack's."""
    region = stack.region
    if cdk.Token.is_unresolved(region):
        return
    _, partition, _, named, *_ = arn.split(":")
    expected = region_info.RegionInfo.get(region).partition or partition
    require(
        key,
        arn,
        (partition, named) == (expected, region),
        f"an ARN in the region of the stage, {region!r} of {expected!r}",
    )


def require_own_account(key: str, arn: str, stack: cdk.Stack) -> None:
    """Raises SettingsError for an ARN of another account than the stack's."""
    account = stack.account
    require(key, arn, cdk.Token.is_unresolved(account) or arn.split(":")[4] == account, f"an ARN of account {account}")
