"""GitHub's identity provider and the roles that deploy from there, one account at a time; no stage depends on it."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from ..settings import FirewallSettings, StageSettings
from .role import AUDIENCE, ISSUER, DeployRole, Repository


class DeployRolesStack(cdk.Stack):
    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        repository: Repository,
        stages: Sequence[StageSettings],
        provider_exists: bool = False,
        env: cdk.Environment | None = None,
    ) -> None:
        super().__init__(scope, construct_id, description="Roles that deploy from GitHub", env=env)
        provider = self._find_provider() if provider_exists else self._build_provider()
        for settings in stages:
            role = DeployRole(
                self,
                settings.name.capitalize(),
                stage=settings.name,
                provider=provider,
                repository=repository,
                regions=self._regions(settings),
            ).role
            cdk.CfnOutput(
                self,
                f"{settings.name.capitalize()}RoleArn",
                value=role.role_arn,
                description=f"DEPLOY_ROLE_ARN of the environment {settings.name} on GitHub",
            )

    def _build_provider(self) -> iam.IOidcProvider:
        return iam.OidcProviderNative(self, "GitHub", url=f"https://{ISSUER}", client_ids=[AUDIENCE])

    def _find_provider(self) -> iam.IOidcProvider:
        """An account has one of a URL, whoever made it."""
        arn = self.format_arn(service="iam", region="", resource="oidc-provider", resource_name=ISSUER)
        return iam.OidcProviderNative.from_oidc_provider_arn(self, "GitHub", arn)

    def _regions(self, settings: StageSettings) -> Sequence[str]:
        has_firewall = settings.edge and settings.edge.firewall
        return (self.region, FirewallSettings.REGION) if has_firewall else (self.region,)
