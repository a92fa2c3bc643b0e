"""Builds the scene: deploys, takes the code back, and lays out the layer with the real adapter."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from infra.function.adapter_variables import BUFFERED, RESPONSE_STREAM

from .account import running_account
from .adapter import Adapter
from .cdk import Resource, created_resources, deploy, deployed_function
from .scene import Scene


@dataclass(frozen=True)
class Rehearsal:
    resources: list[Resource]
    scene: Scene


def prepare(adapter: Adapter, work: Path) -> Rehearsal:
    """Raises DeploymentFailed."""
    layers = _lay_out_layer(adapter, work / "opt")
    with running_account(work / "account.log") as account:
        deploy(account, work / "cdk.out")
        streaming, buffered = (
            deployed_function(account, invoke_mode=mode, layers=layers, folder=work / mode)
            for mode in (RESPONSE_STREAM, BUFFERED)
        )
        resources = list(created_resources(account))
    copies = work / "copies"
    copies.mkdir()
    return Rehearsal(resources, Scene(streaming, buffered, copies))


def _lay_out_layer(adapter: Adapter, opt: Path) -> Path:
    extension = opt / "extensions" / "lambda-adapter"
    extension.parent.mkdir(parents=True)
    shutil.copy(adapter.path, extension)
    return opt
