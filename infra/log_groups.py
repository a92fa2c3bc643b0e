"""Log groups, all with a retention and all gone with their stack."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_logs as logs
from constructs import Construct

from .settings import LOG_RETENTION_DAYS

# The enum has names only. Its order is that of the days, and INFINITE, the last, has no number.
_RETENTIONS = dict(zip(LOG_RETENTION_DAYS, logs.RetentionDays, strict=False))


def log_group(scope: Construct, construct_id: str, *, retention_days: int) -> logs.LogGroup:
    return logs.LogGroup(
        scope, construct_id, retention=_RETENTIONS[retention_days], removal_policy=cdk.RemovalPolicy.DESTROY
    )
