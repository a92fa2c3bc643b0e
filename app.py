"""The CDK app. The only place that reads context and environment."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

import aws_cdk as cdk

from infra.bundle import BundleError
from infra.guards import WiringError
from infra.nag import add_nag
from infra.page import PageError
from infra.settings import SettingsError
from infra.stage import StreamingStage
from infra.stages import select_stages


def build_app(context: Mapping[str, object] | None = None) -> cdk.App:
    """`-c stage=NAME` builds that stage alone. Raises SettingsError, WiringError or PageError."""
    app = cdk.App(context=context)
    env = cdk.Environment(account=os.environ.get("CDK_DEFAULT_ACCOUNT"), region=os.environ.get("CDK_DEFAULT_REGION"))
    for settings in select_stages(app.node.try_get_context("stage")):
        StreamingStage(app, settings, env=env)
    add_nag(app)
    return app


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
    main()
