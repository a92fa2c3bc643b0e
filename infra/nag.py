"""cdk-nag: every finding of both packs fails the synth unless the construct acknowledges it with a reason."""

from __future__ import annotations

from collections.abc import Mapping

import aws_cdk as cdk
from cdk_nag import AwsSolutionsChecks, ServerlessChecks
from constructs import IConstruct


def add_nag(app: cdk.App) -> None:
    """Makes `app.synth()` fail on findings."""
    cdk.Validations.of(app).add_plugins(AwsSolutionsChecks(app), ServerlessChecks(app))


def acknowledge(construct: IConstruct, reasons: Mapping[str, str]) -> None:
    """Accepts findings on one construct. `reasons` maps the id of a finding to a reason that can be proved false."""
    for finding, reason in reasons.items():
        cdk.Validations.of(construct).acknowledge(cdk.Acknowledgment(id=finding, reason=reason))


def findings(scope: IConstruct) -> list[str]:
    """Returns what the packs object to below `scope`, without a synth, as `RULE at PATH`."""
    reports = [pack(scope).validate_scope(scope) for pack in (AwsSolutionsChecks, ServerlessChecks)]
    return [
        f"{violation.rule_name} at {resource.construct_path}"
        for report in reports
        for violation in report.violations
        for resource in violation.violating_resources
    ]
