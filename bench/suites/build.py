"""How large the bundle is, and how long it takes to make it and to synthesise the app."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..harness import candidates
from ..harness.measurement import OURS, Options, Suite, interleaved
from ..harness.server import Candidate

_ROOT = Path(__file__).parents[2]
_PIP_FASTAPI = "FastAPI, pip install -t"
# What takes seconds.
_MOST_RUNS = 5


@dataclass(frozen=True)
class _App:
    name: str
    program: str
    #: Whether it finds what an earlier synth has bundled.
    finds_bundle: bool = True


def measure(options: Options) -> Suite:
    runs = min(options.runs, _MOST_RUNS)
    made = tuple(Candidate(name, candidates.fresh(f"asset of {name}"), ()) for name in (OURS, _PIP_FASTAPI))
    peers = (candidates.peer(folder) for folder in ("fastapi", "starlette", "litestar"))
    apps = (
        _App(OURS, "app.py"),
        _App("ours, new bundle", "app.py", finds_bundle=False),
        _App("one plain function", "bench/peers/plain_synth.py"),
    )
    return Suite(
        "The bundle and the synth",
        interleaved(made, _bundle, runs)
        | interleaved((*made, candidates.ours_without_bytecode(), *peers), _sizes, 1, warm_up=False)
        | interleaved(apps, _synth, runs),
    )


def _bundle(asset: Candidate) -> Mapping[str, float]:
    candidates.fresh(asset.folder.name)
    started = time.perf_counter()
    if asset.name == OURS:
        candidates.our_bundle("local").build(asset.folder)
    else:
        # As PythonFunction does in its container.
        # https://github.com/aws/aws-cdk/blob/main/packages/@aws-cdk/aws-lambda-python-alpha/lib/bundling.ts
        pip = [sys.executable, "-m", "pip", "--python", candidates.interpreter(), "-q", "--disable-pip-version-check"]
        lock = candidates.PEERS / "fastapi" / "requirements.txt"
        subprocess.run([*pip, "install", "-r", lock, "-t", asset.folder], check=True)
    return {"bundling (s)": time.perf_counter() - started}


def _sizes(asset: Candidate) -> Mapping[str, float]:
    files = [path for path in sorted(asset.folder.rglob("*")) if path.is_file()]
    with tempfile.TemporaryFile() as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in files:
                archive.write(path, path.relative_to(asset.folder))
        zipped = file.seek(0, os.SEEK_END)
    return {"zipped (KiB)": zipped / 1024, "unpacked (KiB)": sum(path.stat().st_size for path in files) / 1024}


def _synth(app: _App) -> Mapping[str, float]:
    output = candidates.CACHE / f"synth of {app.name}"
    if not app.finds_bundle:
        candidates.fresh(output.name)
    # With the bytecode of everything, as after the first synth.
    bytecode = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(candidates.CACHE / "bytecode")}
    command = [str(Path(sys.prefix, "bin", "cdk")), "synth", "--quiet", "--no-notices", "--output", str(output)]
    started = time.perf_counter()
    subprocess.run(
        [*command, "--app", f"{sys.executable} {app.program}"],
        cwd=_ROOT,
        env={**os.environ, **bytecode, "CDK_DISABLE_CLI_TELEMETRY": "true", "PYTHONPATH": str(_ROOT)},
        check=True,
        capture_output=True,
    )
    return {"cdk synth (s)": time.perf_counter() - started}
