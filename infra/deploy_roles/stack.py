"""GitHub's identity provider and the roles that deploy from GitHub, for one account. No stage depends on this stack."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from ..function.adapter_layer import layer_arn
from ..settings import CLOUDFRONT_REGION, StageSettings
from .role import AUDIENCE, ISSUER, DeployRole, Repository


class DeployRolesStack(cdk.Stack):
    """A role for each of `stages`. With `provider_exists` the stack refers to the account's own identity provider."""

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
                layer_arn=layer_arn(self, settings.adapter_layer_arn),
            ).role
            cdk.CfnOutput(
                self,
                f"{settings.name.capitalize()}RoleArn",
                value=role.role_arn,
                description=f"The value of DEPLOY_ROLE_ARN in the environment {settings.name} on GitHub",
            )

    def _build_provider(self) -> iam.IOidcProvider:
        return iam.OidcProviderNative(self, "GitHub", url=f"https://{ISSUER}", client_ids=[AUDIENCE])

    def _find_provider(self) -> iam.IOidcProvider:
        """Refers to the provider by its ARN: an account can have only one for this URL."""
        arn = self.format_arn(service="iam", region="", resource="oidc-provider", resource_name=ISSUER)
        return iam.OidcProviderNative.from_oidc_provider_arn(self, "GitHub", arn)

    def _regions(self, settings: StageSettings) -> Sequence[str]:
        has_cloudfront_stacks = settings.edge and settings.edge.has_cloudfront_stacks
        return (self.region, CLOUDFRONT_REGION) if has_cloudfront_stacks else (self.region,)
