"""How large the bundle is, and how long it takes to make it, to synthesise and to test."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from infra.settings import FUNCTION_ENTRY

from . import build_synth, contenders
from .contender import Contender
from .contenders import OURS, fresh, interpreter, our_bundle
from .measurement import Family, Figure, Limit, Options, Samples, rounds
from .recompiled import without_bytecode

_ZIPPED = Figure("zipped", "KiB")
_UNPACKED = Figure("unpacked", "KiB")
_BUNDLING = Figure("bundling", "s")
_BUNDLING_COLD = Figure("bundling, nothing cached", "s")
_SUITE = Figure("make test", "s")
# As PythonFunction does in its container.
# https://github.com/aws/aws-cdk/blob/main/packages/@aws-cdk/aws-lambda-python-alpha/lib/bundling.ts
_PIP_FASTAPI = "FastAPI, pip install -t"
# What takes seconds, and waits for an index.
_MOST_REPETITIONS = 5


@dataclass(frozen=True)
class _Recipe:
    """Fills an empty folder with what ships."""

    name: str
    make: Callable[[Path], object]


def measure(options: Options) -> Family:
    repetitions = min(options.repetitions, _MOST_REPETITIONS)
    recipes = (
        _Recipe(OURS, our_bundle("local").build),
        _Recipe("the same packages, pip install -t", _pip(FUNCTION_ENTRY / "requirements.txt", "--no-deps")),
        _Recipe(_PIP_FASTAPI, _pip(contenders.PEERS / "fastapi" / "requirements.txt")),
    )
    return Family(
        "build",
        "The bundle and the synth",
        ours=OURS,
        samples=(
            *rounds(recipes, _make, repetitions),
            *_sizes(recipes),
            *build_synth.measure(repetitions),
            *(_suite() if options.is_long else ()),
        ),
        limits=(Limit(_ZIPPED.name, OURS, _PIP_FASTAPI, 0.2), *build_synth.LIMITS),
    )


def _pip(requirements: Path, *arguments: str) -> Callable[[Path], object]:
    pip = [sys.executable, "-m", "pip", "--python", interpreter(), "--disable-pip-version-check", "--quiet"]
    command = [*pip, "install", *arguments, "-r", str(requirements), "-t"]
    return lambda target: subprocess.run([*command, str(target)], check=True)


def _make(recipe: _Recipe) -> Mapping[Figure, float]:
    with tempfile.TemporaryDirectory() as empty:
        nothing_cached = {"UV_CACHE_DIR": f"{empty}/uv", "PIP_CACHE_DIR": f"{empty}/pip"}
        return {_BUNDLING: _seconds(recipe, {}), _BUNDLING_COLD: _seconds(recipe, nothing_cached)}


def _seconds(recipe: _Recipe, variables: Mapping[str, str]) -> float:
    with mock.patch.dict(os.environ, variables):
        target = fresh(f"bundle of {recipe.name}")
        started = time.perf_counter()
        recipe.make(target)
        return time.perf_counter() - started


def _sizes(recipes: tuple[_Recipe, ...]) -> tuple[Samples, ...]:
    folders = {recipe.name: fresh(f"bundle of {recipe.name}") for recipe in recipes}
    for recipe in recipes:
        recipe.make(folders[recipe.name])
    for peer in (without_bytecode(contenders.ours()), *_peers()):
        folders[peer.name] = peer.folder
    return tuple(
        Samples(name, figure, (size,)) for name, folder in folders.items() for figure, size in _size(folder).items()
    )


def _peers() -> tuple[Contender, ...]:
    return contenders.fastapi(), contenders.starlette(), contenders.litestar()


def _size(folder: Path) -> Mapping[Figure, float]:
    with tempfile.TemporaryFile() as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(path for path in folder.rglob("*") if path.is_file()):
                archive.write(path, path.relative_to(folder))
            unpacked = sum(entry.file_size for entry in archive.infolist())
        return {_ZIPPED: file.seek(0, os.SEEK_END) / 1024, _UNPACKED: unpacked / 1024}


def _suite() -> tuple[Samples, ...]:
    started = time.perf_counter()
    subprocess.run(["make", "test"], cwd=Path(__file__).parents[1], check=True, stdout=subprocess.DEVNULL)
    return (Samples(OURS, _SUITE, (time.perf_counter() - started,)),)
