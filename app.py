"""The CDK app. No other module of the app reads context or environment.

docs/architecture.md, deviation 4.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Mapping, Sequence

if __name__ == "__main__":
    # CDK allocates much that lives until the end, so the garbage collector finds nothing and takes 5 % of a synth.
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
    """Builds every stage, or with the context `stage` only that one; with `repository` also the deploy roles.

    `context` stands for the `-c KEY=VALUE` of the CLI.

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
    require("github_provider", provider, provider in (None, "exists"), "'exists' if the account has it, or none")
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
    """Synthesises, and ends a synth that cannot work with one sentence that says why."""
    try:
        build_app().synth()
    except (SettingsError, WiringError, BundleError, PageError) as error:
        sys.exit(f"{type(error).__name__}: {error}")
    except RuntimeError as error:
        # An error of HostImage comes back through jsii as text.
        _, raised_by_us, sentence = str(error).partition("@jsii/kernel.RuntimeError: ")
        if not raised_by_us:
            raise
        sys.exit(f"BundleError: {sentence}")


if __name__ == "__main__":
    # The interpreter collects garbage once more at its end, except what is frozen.
    gc.freeze()
    main()
