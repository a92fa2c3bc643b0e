"""How long a synth takes, beside that of an app with one plain function; CLI and all, and the app alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .contenders import CACHE, OURS, fresh
from .measurement import Figure, Limit, Samples, rounds

_ROOT = Path(__file__).parents[1]
_PLAIN = "one plain function"
_NEW_BUNDLE = "this project, new bundle"
_MOST = 1.4
_SYNTH = Figure("cdk synth", "s")
_APP = Figure("python app.py", "s")
_PARTS = Figure("the parts of it", "s")
_CONTEXT = json.loads((_ROOT / "cdk.json").read_text())["context"]


@dataclass(frozen=True)
class _App:
    name: str
    program: str
    output: Path
    #: Without what an earlier synth has bundled.
    is_fresh: bool = False


LIMITS = tuple(Limit(figure.name, name, _PLAIN, _MOST) for figure in (_SYNTH, _APP) for name in (OURS, _NEW_BUNDLE))


def measure(repetitions: int) -> tuple[Samples, ...]:
    apps = (
        _App(OURS, "app.py", fresh("synth")),
        _App(_NEW_BUNDLE, "app.py", fresh("synth new"), is_fresh=True),
        _App(_PLAIN, "bench/peers/plain_synth.py", fresh("synth plain")),
    )
    return rounds(apps, _synth, repetitions) + _parts(repetitions)


def _synth(app: _App) -> Mapping[Figure, float]:
    cli = [str(Path(sys.prefix, "bin", "cdk")), "synth", "--quiet", "--no-notices", "--output", str(app.output)]
    return {
        _SYNTH: _seconds([*cli, "--app", f"{sys.executable} {app.program}"], app),
        _APP: _seconds([sys.executable, app.program], app),
    }


def _seconds(command: list[str], app: _App) -> float:
    if app.is_fresh:
        fresh(app.output.name)
    started = time.perf_counter()
    subprocess.run(command, cwd=_ROOT, env=_environment(app.output), check=True, capture_output=True)
    return time.perf_counter() - started


def _parts(repetitions: int) -> tuple[Samples, ...]:
    """Each stands where a contender would."""
    runs = [_run_parts() for _ in range(repetitions)]
    return tuple(Samples(part, _PARTS, tuple(run[part] for run in runs)) for part in runs[0])


def _run_parts() -> dict[str, float]:
    command = [sys.executable, "-m", "bench.synth_parts"]
    environment = _environment(fresh("synth parts"))
    finished = subprocess.run(command, cwd=_ROOT, env=environment, check=True, capture_output=True, text=True)
    parts: dict[str, float] = json.loads(finished.stdout.splitlines()[-1])
    return parts


def _environment(output: Path) -> dict[str, str]:
    """What the CLI hands to an app, and the bytecode of everything, as after the first synth."""
    return {
        **os.environ,
        "CDK_OUTDIR": str(output),
        "CDK_CONTEXT_JSON": json.dumps(_CONTEXT),
        "CDK_DISABLE_CLI_TELEMETRY": "true",
        "PYTHONDONTWRITEBYTECODE": "",
        "PYTHONPYCACHEPREFIX": str(CACHE / "bytecode"),
        "PYTHONPATH": str(_ROOT),
    }
