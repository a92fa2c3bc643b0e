"""What every check works with: the deployed functions, and variants of them with something shipped beside."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from infra.function.adapter_variables import BUFFERED, RESPONSE_STREAM

from .account import running_account
from .adapter import Adapter
from .cdk import Resource, created_resources, deploy, deployed_function
from .emulator import Function, Limits

_SHIPPED = Path(__file__).with_name("shipped")


@dataclass(frozen=True)
class Gate:
    """Holds a scripted source back until it is opened."""

    _file: Path

    @property
    def step(self) -> Mapping[str, str]:
        """The step of a script that waits for the gate."""
        return {"wait_for": str(self._file)}

    @property
    def is_reached(self) -> bool:
        return self._file.with_suffix(".reached").exists()

    def open(self) -> None:
        self._file.touch()


@dataclass(frozen=True)
class Deployment:
    resources: list[Resource]
    streaming: Function
    buffered: Function
    #: The parent of the copies of the bundle, and of gates.
    folder: Path
    limits: Limits = field(default_factory=Limits)

    def scripted(self, **environment: str) -> Function:
        """The streaming function with a source that does as it is told."""
        copy = self.copy_of(self.streaming)
        shutil.copy(_SHIPPED / "scripted.py", copy.task_root / "streaming" / "sources")
        return with_environment(copy, STREAM_SOURCE="scripted", **environment)

    def careless(self) -> Function:
        """The streaming function with routes whose answers have no body."""
        return self.wrapped(_SHIPPED / "careless.py")

    def wrapped(self, module: Path, **environment: str) -> Function:
        """The streaming function with `app` of the module in place of its application.

        The module finds the name of the application that it wraps in WRAPPED_BY_ and its own name, in capitals.
        """
        copy = self.copy_of(self.streaming)
        shutil.copy(module, copy.task_root)
        names = {f"WRAPPED_BY_{module.stem.upper()}": copy.handler}
        return replace(with_environment(copy, **names, **environment), handler=f"{module.stem}.app")

    def copy_of(self, function: Function) -> Function:
        task_root = self._new_folder() / "task"
        shutil.copytree(function.task_root, task_root)
        return replace(function, task_root=task_root)

    def gate(self) -> Gate:
        return Gate(self._new_folder() / "open")

    def _new_folder(self) -> Path:
        return Path(tempfile.mkdtemp(dir=self.folder))


def with_environment(function: Function, **environment: str) -> Function:
    return replace(function, environment={**function.environment, **environment})


def prepare_deployment(adapter: Adapter, work: Path) -> Deployment:
    """Deploys, takes the code back, and lays out the layer with the real adapter. Raises DeploymentFailed."""
    layers = _lay_out_layer(adapter, work / "opt")
    with running_account(work / "account.log") as account:
        deploy(account, work / "cdk.out")
        streaming, buffered = (
            deployed_function(account, invoke_mode=mode, layers=layers, folder=work / mode)
            for mode in (RESPONSE_STREAM, BUFFERED)
        )
        resources = list(created_resources(account))
    variants = work / "variants"
    variants.mkdir()
    return Deployment(resources, streaming, buffered, variants)


def _lay_out_layer(adapter: Adapter, opt: Path) -> Path:
    extension = opt / "extensions" / "lambda-adapter"
    extension.parent.mkdir(parents=True)
    shutil.copy(adapter.path, extension)
    return opt
