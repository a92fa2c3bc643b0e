"""Ways to break what was deployed; each returns the deployment with something broken in it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from infra.function.adapter_variables import INVOKE_MODE, RESPONSE_STREAM
from rehearsal.deployment import Deployment, with_environment
from rehearsal.emulator import Function, Limits

from . import faulty
from .faulty import Fault

Breakage = Callable[[Deployment], Deployment]


def in_files(change: Callable[[Path], object]) -> Breakage:
    """Changes a copy of the bundle."""

    def broken(deployment: Deployment) -> Deployment:
        copy = deployment.copy_of(deployment.streaming)
        change(copy.task_root)
        return replace(deployment, streaming=copy)

    return broken


def with_fault(fault: type[Fault]) -> Breakage:
    """Puts an application with the fault in place of the deployed one."""

    def broken(deployment: Deployment) -> Deployment:
        function = deployment.wrapped(Path(faulty.__file__), FAULT=fault.__name__)
        return replace(deployment, streaming=_impatient(function))

    return broken


def with_variables(**environment: str) -> Breakage:
    """Changes the environment of the streaming function."""
    return lambda deployment: replace(
        deployment, streaming=_impatient(with_environment(deployment.streaming, **environment))
    )


def _impatient(function: Function) -> Function:
    """The scripted source waits in vain for what a fault prevents, so it need not wait for long."""
    return with_environment(function, SCRIPTED_PATIENCE_SECONDS="1")


def without_run_bit(bundle: Path) -> None:
    (bundle / "run.sh").chmod(0o644)


def with_crlf(bundle: Path) -> None:
    run_sh = bundle / "run.sh"
    run_sh.write_bytes(run_sh.read_bytes().replace(b"\n", b"\r\n"))


def without_dependency(bundle: Path) -> None:
    shutil.rmtree(bundle / "starlette")


def never_ready(deployment: Deployment) -> Deployment:
    """Lambda repeats a failed init phase within the timeout, so both are cut short."""
    sick = with_fault(faulty.IsNeverHealthy)(deployment)
    return replace(sick, streaming=replace(sick.streaming, timeout_seconds=1), limits=Limits(init_seconds=1))


def buffered_function_in_streaming_mode(deployment: Deployment) -> Deployment:
    return replace(deployment, buffered=with_environment(deployment.buffered, **{INVOKE_MODE: RESPONSE_STREAM}))


def functions_exchanged(deployment: Deployment) -> Deployment:
    return replace(deployment, streaming=deployment.buffered, buffered=deployment.streaming)
