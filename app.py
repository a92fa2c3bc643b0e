"""The CDK app. The only place that reads context and environment."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Mapping, Sequence

if __name__ == "__main__":
    # Importing CDK makes much, none of it garbage, and a synth ends soon: looking for some takes a twentieth of it.
    gc.disable()

import aws_cdk as cdk

from infra.bundle.errors import BundleError
from infra.deploy_roles.role import Repository
from infra.deploy_roles.stack import DeployRolesStack
from infra.edge.page import PageError
from infra.guards import WiringError
from infra.nag import add_nag
from infra.settings import SettingsError, StageSettings, require
from infra.stage import StreamingStage
from infra.stages import select_stages


def build_app(context: Mapping[str, object] | None = None) -> cdk.App:
    """`-c stage=NAME` builds that stage alone, `-c repository=NAME` also the roles that deploy from GitHub.

    Raises SettingsError, WiringError or PageError.
    """
    app = cdk.App(context=context)
    env = cdk.Environment(account=os.environ.get("CDK_DEFAULT_ACCOUNT"), region=os.environ.get("CDK_DEFAULT_REGION"))
    stages = select_stages(app.node.try_get_context("stage"))
    for settings in stages:
        StreamingStage(app, settings, env=env)
    _add_deploy_roles(app, stages, env)
    add_nag(app)
    return app


def _add_deploy_roles(app: cdk.App, stages: Sequence[StageSettings], env: cdk.Environment) -> None:
    repository, provider = (app.node.try_get_context(key) for key in ("repository", "github_provider"))
    require("github_provider", provider, provider in (None, "exists"), "'exists', where the account has it already")
    if repository is not None:
        DeployRolesStack(
            app,
            "DeployRoles",
            repository=Repository(repository),
            stages=stages,
            provider_exists=provider is not None,
            env=env,
        )


def main() -> None:
    """Ends a synth that cannot be with the one sentence that says why."""
    try:
        build_app().synth()
    except (SettingsError, WiringError, BundleError, PageError) as error:
        sys.exit(f"{type(error).__name__}: {error}")
    except RuntimeError as error:
        # What HostImage raises comes back through jsii as text.
        _, raised_by_us, sentence = str(error).partition("@jsii/kernel.RuntimeError: ")
        if not raised_by_us:
            raise
        sys.exit(f"BundleError: {sentence}")


if __name__ == "__main__":
    # Or the interpreter would look once more at its end.
    gc.freeze()
    main()
