"""Ways to break what was deployed; each returns the scene with something broken in it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from infra.function.adapter_variables import INVOKE_MODE, RESPONSE_STREAM, TASK_ROOT
from rehearsal.emulator import Function, Limits
from rehearsal.scene import Scene, with_environment

Breakage = Callable[[Scene], Scene]

_TIMEOUT_SECONDS = 8
_BROKEN = Path(__file__).with_name("broken")


def _in_copy(change: Callable[[Function], object], scene: Scene) -> Scene:
    broken = scene.copy_of(scene.streaming)
    change(broken)
    return replace(scene, streaming=replace(broken, timeout_seconds=_TIMEOUT_SECONDS))


def in_copy(change: Callable[[Function], object]) -> Breakage:
    """Changes the files of a copy of the bundle."""
    return partial(_in_copy, change)


def broken(breakage: str) -> Breakage:
    """Starts the application with one of the functions of broken/sitecustomize.py."""

    def change(scene: Scene) -> Scene:
        copied = in_copy(lambda function: shutil.copytree(_BROKEN, function.task_root / _BROKEN.name))(scene)
        environment = {"PYTHONPATH": f"{TASK_ROOT}/{_BROKEN.name}", "BREAKAGE": breakage}
        return replace(copied, streaming=with_environment(copied.streaming, **environment))

    return change


def in_adapter_mode(mode: str) -> Breakage:
    return lambda scene: replace(scene, streaming=with_environment(scene.streaming, **{INVOKE_MODE: mode}))


def with_timeout(seconds: float) -> Breakage:
    return lambda scene: replace(scene, streaming=replace(scene.streaming, timeout_seconds=seconds))


def without_run_bit(function: Function) -> None:
    (function.task_root / "run.sh").chmod(0o644)


def with_crlf(function: Function) -> None:
    run_sh = function.task_root / "run.sh"
    run_sh.write_bytes(run_sh.read_bytes().replace(b"\n", b"\r\n"))


def without_dependency(function: Function) -> None:
    shutil.rmtree(function.task_root / "starlette")


def never_ready(scene: Scene) -> Scene:
    """Lambda repeats a failed init phase within the timeout, so both are cut short."""
    sick = broken("be_sick")(scene)
    return replace(sick, streaming=replace(sick.streaming, timeout_seconds=1), limits=Limits(init_seconds=1))


def buffered_function_in_streaming_mode(scene: Scene) -> Scene:
    return replace(scene, buffered=with_environment(scene.buffered, **{INVOKE_MODE: RESPONSE_STREAM}))


def functions_exchanged(scene: Scene) -> Scene:
    return replace(scene, streaming=scene.buffered, buffered=scene.streaming)
