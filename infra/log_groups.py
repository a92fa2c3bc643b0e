"""Log groups that expire their lines, and are deleted with their stack unless the stage keeps its logs (stage.py)."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_logs as logs
from constructs import Construct

from .settings import LOG_RETENTION_DAYS

# The enum carries no numbers. Its members are in the order of the days, and INFINITE, the last one, has no number.
_RETENTIONS = dict(zip(LOG_RETENTION_DAYS, logs.RetentionDays, strict=False))


def log_group(scope: Construct, construct_id: str, *, retention_days: int, name: str | None = None) -> logs.LogGroup:
    """Builds a log group; `retention_days` is one of LOG_RETENTION_DAYS. `name`: where a service requires one."""
    return logs.LogGroup(
        scope,
        construct_id,
        log_group_name=name,
        retention=_RETENTIONS[retention_days],
        removal_policy=cdk.RemovalPolicy.DESTROY,
    )
