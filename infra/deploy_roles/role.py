"""Who may deploy from GitHub: a role for each stage, which takes a token of that stage's environment and no other."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from ..nag import acknowledge
from ..settings import require

ISSUER = "token.actions.githubusercontent.com"
AUDIENCE = "sts.amazonaws.com"

_ACCOUNT = r"[A-Za-z0-9][A-Za-z0-9_-]*"
_REPOSITORY = r"[A-Za-z0-9._-]+"
_NAMES = re.compile(rf"{_ACCOUNT}/{_REPOSITORY}|{_ACCOUNT}@\d+/{_REPOSITORY}@\d+")
# Publishing images is left out: the app has none.
_BOOTSTRAP_ROLES = ("deploy", "file-publishing", "lookup")


@dataclass(frozen=True)
class Repository:
    """As GitHub names it in tokens: OWNER@ID/NAME@ID since July 2026, OWNER/NAME where it was made before.

    https://github.blog/changelog/2026-04-23-immutable-subject-claims-for-github-actions-oidc-tokens
    """

    name: str

    def __post_init__(self) -> None:
        require(
            "repository",
            self.name,
            bool(_NAMES.fullmatch(self.name)),
            "OWNER@ID/NAME@ID with the numbers of GitHub, or OWNER/NAME of a repository older than July 2026",
        )

    def subject(self, environment: str) -> str:
        return f"repo:{self.name}:environment:{environment}"


class DeployRole(Construct):
    """Deploys through the roles of `cdk bootstrap`, and calls what it deployed through the stage's invoker."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        stage: str,
        provider: iam.IOidcProvider,
        repository: Repository,
        regions: Sequence[str],
    ) -> None:
        super().__init__(scope, construct_id)
        # Equal, not like: a pattern would let in whoever may name a branch or a repository to fit it.
        claims = {f"{ISSUER}:aud": AUDIENCE, f"{ISSUER}:sub": repository.subject(stage)}
        self.role = iam.Role(
            self,
            "Role",
            description=f"Deploys {stage} from GitHub",
            assumed_by=iam.WebIdentityPrincipal(provider.oidc_provider_arn, {"StringEquals": claims}),
        )
        self._allow_bootstrap_roles(regions)
        self._allow_invoker(stage)

    def _allow_bootstrap_roles(self, regions: Sequence[str]) -> None:
        """All that `cdk deploy` does is done as one of them. https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping.html"""
        stack = cdk.Stack.of(self)
        prefixes = (f"cdk-{stack.synthesizer.bootstrap_qualifier}-{part}-role" for part in _BOOTSTRAP_ROLES)
        self._allow([f"{prefix}-{stack.account}-{region}" for prefix in prefixes for region in regions])

    def _allow_invoker(self, stage: str) -> None:
        # CloudFormation makes up the end of its name. Of the stage's roles, it alone trusts the account.
        invoker = f"{stage}-Stream-Invoker*"
        self._allow([invoker], {"StringEquals": {"iam:ResourceTag/stage": stage}})
        acknowledge(
            self.role.node.find_child("DefaultPolicy"),
            {
                f"AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:iam::<AWS::AccountId>:role/{invoker}]": "Only the "
                "end that CloudFormation gives the name is open, and the role has to carry the tag of the stage too."
            },
        )

    def _allow(self, roles: Sequence[str], conditions: Mapping[str, object] | None = None) -> None:
        stack = cdk.Stack.of(self)
        self.role.add_to_policy(
            iam.PolicyStatement(
                actions=["sts:AssumeRole"],
                # By the pseudo parameters, so that a finding has one id, whether or not the account is known.
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
