"""The roles that deploy from GitHub: one for each stage, for tokens of that stage's environment only."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from ..nag import acknowledge
from ..names import STAGE_TAG, invoker_role_pattern
from ..settings import require

ISSUER = "token.actions.githubusercontent.com"
AUDIENCE = "sts.amazonaws.com"

_ACCOUNT = r"[A-Za-z0-9][A-Za-z0-9_-]*"
_REPOSITORY = r"[A-Za-z0-9._-]+"
_NAMES = re.compile(rf"{_ACCOUNT}/{_REPOSITORY}|{_ACCOUNT}@\d+/{_REPOSITORY}@\d+")
# The role that publishes images is left out, because the app has no images; the one for lookups, because it has no
# lookups and that role reads everything in the account.
_BOOTSTRAP_ROLES = ("deploy", "file-publishing")


@dataclass(frozen=True)
class Repository:
    """A repository as GitHub names it in tokens: OWNER@ID/NAME@ID since July 2026, OWNER/NAME if it is older.

    Raises SettingsError for any other form.

    https://github.blog/changelog/2026-04-23-immutable-subject-claims-for-github-actions-oidc-tokens
    """

    name: str

    def __post_init__(self) -> None:
        require(
            "repository",
            self.name,
            bool(_NAMES.fullmatch(self.name)),
            "OWNER@ID/NAME@ID with the ids of GitHub, or OWNER/NAME for a repository older than July 2026",
        )

    def subject(self, environment: str) -> str:
        """Returns the claim `sub` of a token of that environment."""
        return f"repo:{self.name}:environment:{environment}"


class DeployRole(Construct):
    """A role that deploys through the roles of `cdk bootstrap`, and calls the result as the stage's invoker."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        stage: str,
        provider: iam.IOidcProvider,
        repository: Repository,
        regions: Sequence[str],
        layer_arn: str,
    ) -> None:
        super().__init__(scope, construct_id)
        # StringLike would admit anyone who can name a branch or a repository to match the pattern.
        claims = {f"{ISSUER}:aud": AUDIENCE, f"{ISSUER}:sub": repository.subject(stage)}
        self.role = iam.Role(
            self,
            "Role",
            description=f"Deploys {stage} from GitHub",
            assumed_by=iam.WebIdentityPrincipal(provider.oidc_provider_arn, {"StringEquals": claims}),
        )
        self._allow_bootstrap_roles(regions)
        self._allow_invoker(stage)
        # tools/adapter_digest.py compares its code before a deployment.
        self.role.add_to_policy(iam.PolicyStatement(actions=["lambda:GetLayerVersion"], resources=[layer_arn]))

    def _allow_bootstrap_roles(self, regions: Sequence[str]) -> None:
        """`cdk deploy` does everything as one of these roles. https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping.html"""
        stack = cdk.Stack.of(self)
        prefixes = (f"cdk-{stack.synthesizer.bootstrap_qualifier}-{part}-role" for part in _BOOTSTRAP_ROLES)
        self._allow([f"{prefix}-{stack.account}-{region}" for prefix in prefixes for region in regions])

    def _allow_invoker(self, stage: str) -> None:
        # The invoker is the only role of the stage that trusts the account.
        invoker = invoker_role_pattern(stage)
        self._allow([invoker], {"StringEquals": {f"iam:ResourceTag/{STAGE_TAG}": stage}})
        acknowledge(
            self.role.node.find_child("DefaultPolicy"),
            {
                f"AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:iam::<AWS::AccountId>:role/{invoker}]": "The "
                "wildcard covers only the suffix that CloudFormation generates, and the role must have the stage's tag."
            },
        )

    def _allow(self, roles: Sequence[str], conditions: Mapping[str, object] | None = None) -> None:
        stack = cdk.Stack.of(self)
        self.role.add_to_policy(
            iam.PolicyStatement(
                actions=["sts:AssumeRole"],
                # The pseudo parameters give a finding the same id whether or not the account is known at synth.
                resources=[
                    stack.format_arn(
                        partition=cdk.Aws.PARTITION,
                        service="iam",
                        region="",
                        account=cdk.Aws.ACCOUNT_ID,
                        resource="role",
                        resource_name=name,
                    )
                    for name in roles
                ],
                conditions=conditions,
            )
        )
