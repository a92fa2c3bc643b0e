"""cdk-nag: every finding of both packs fails the synth unless it is acknowledged where it is, with a reason."""

from __future__ import annotations

from collections.abc import Mapping

import aws_cdk as cdk
from cdk_nag import AwsSolutionsChecks, ServerlessChecks
from constructs import IConstruct


def add_nag(app: cdk.App) -> None:
    cdk.Validations.of(app).add_plugins(AwsSolutionsChecks(app), ServerlessChecks(app))


def acknowledge(construct: IConstruct, reasons: Mapping[str, str]) -> None:
    """`reasons` maps the finding's id to a reason that a reviewer could prove false."""
    for finding, reason in reasons.items():
        cdk.Validations.of(construct).acknowledge(cdk.Acknowledgment(id=finding, reason=reason))


def findings(scope: IConstruct) -> list[str]:
    """What the packs object to below `scope`, found without a synth, as `RULE at PATH`."""
    reports = [pack(scope).validate_scope(scope) for pack in (AwsSolutionsChecks, ServerlessChecks)]
    return [
        f"{violation.rule_name} at {resource.construct_path}"
        for report in reports
        for violation in report.violations
        for resource in violation.violating_resources
    ]
