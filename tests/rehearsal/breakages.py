"""Ways to break what was deployed; each returns the scene with something broken in it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from infra.function.adapter_variables import INVOKE_MODE, RESPONSE_STREAM
from rehearsal.emulator import Function, Limits
from rehearsal.scene import Scene, with_environment

Breakage = Callable[[Scene], Scene]

_TIMEOUT_SECONDS = 8


def _in_copy(change: Callable[[Function], object], scene: Scene) -> Scene:
    broken = scene.copy_of(scene.streaming)
    change(broken)
    return replace(scene, streaming=replace(broken, timeout_seconds=_TIMEOUT_SECONDS))


def in_copy(change: Callable[[Function], object]) -> Breakage:
    """Changes the files of a copy of the bundle."""
    return partial(_in_copy, change)


def in_source(module: str, line: str, other: str) -> Breakage:
    """Replaces a piece of a module of the application."""

    def change(function: Function) -> None:
        source = function.task_root / "streaming" / module
        text = source.read_text()
        assert line in text, f"Expected {line!r} in {module}: the breakage no longer breaks anything."
        source.write_text(text.replace(line, other))
        # Unchecked bytecode would go on running the source as it was.
        shutil.rmtree(source.parent / "__pycache__", ignore_errors=True)

    return in_copy(change)


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
    sick = _SICK(scene)
    return replace(sick, streaming=replace(sick.streaming, timeout_seconds=1), limits=Limits(init_seconds=1))


def twin_in_streaming_mode(scene: Scene) -> Scene:
    return replace(scene, buffered=with_environment(scene.buffered, **{INVOKE_MODE: RESPONSE_STREAM}))


def twins_exchanged(scene: Scene) -> Scene:
    return replace(scene, streaming=scene.buffered, buffered=scene.streaming)


BLOCKED = in_source("sources/local.py", "await asyncio.sleep(_PAUSE_SECONDS)", "import time; time.sleep(0.3)")
_SICK = in_source("app.py", 'JSONResponse({"status": "ok"})', "JSONResponse({}, 500)")
NO_CRASH_RECORDS = in_source("host/crash_records.py", "if not self._directory", "if True")
STARTS_ONCE = in_source(
    "host/__main__.py", "def main(", 'import os\nos.mkdir("started-before")  # fails the second time\n\n\ndef main('
)
LEAK = in_source(
    "answers/answer.py",
    "self.end(INTERNAL)",
    "import traceback; self.end(Ending.error('internal', traceback.format_exc()))",
)
