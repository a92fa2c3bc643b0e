"""`python -m bench.cold`: from the start of the process to the first answer, ours beside FastAPI.

Both run under this interpreter, in turns, from folders that hold what Lambda would find: ours with the bytecode that
its bundle carries, FastAPI without valid bytecode, which is what CDK's zip leaves of it.
"""

from __future__ import annotations

import os
import shutil
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from infra.bundle import stream_bundle
from infra.local import bare_interpreter, free_port

_HERE = Path(__file__).parent
_WORK = _HERE / ".cache"
_REPETITIONS = 9
_REQUEST = b"GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n"
_GIVE_UP_SECONDS = 30


@dataclass(frozen=True)
class Contender:
    name: str
    folder: Path
    command: tuple[str, ...]
    environment: Mapping[str, str]


def main() -> None:
    contenders = (_ours(), _fastapi())
    samples: dict[str, list[float]] = {contender.name: [] for contender in contenders}
    for _ in range(_REPETITIONS):
        for contender in contenders:
            samples[contender.name].append(_milliseconds_to_first_answer(contender))
    for name, values in samples.items():
        print(f"{name:<45} median {statistics.median(values):6.0f} ms  ({min(values):.0f} to {max(values):.0f})")
    ours, peer = (statistics.median(values) for values in samples.values())
    print(f"ratio of the medians, {_REPETITIONS} runs in turns: {ours / peer:.3f}")


def _ours() -> Contender:
    folder = _fresh(_WORK / "ours")
    stream_bundle("local", f"{sys.version_info.major}.{sys.version_info.minor}", "x86_64").build(folder)
    command = (str(folder / "run.sh"), bare_interpreter())
    return Contender("this project, bundle with bytecode", folder, command, {"_HANDLER": "streaming.app.app"})


def _fastapi() -> Contender:
    folder = _fresh(_WORK / "fastapi")
    subprocess.run(
        ["uv", "pip", "install", "-q", "--target", folder, "-r", _HERE / "requirements.txt", "-p", bare_interpreter()],
        check=True,
    )
    shutil.copy(_HERE / "fastapi_peer.py", folder)
    command = (bare_interpreter(), "-m", "uvicorn", "fastapi_peer:app", "--no-access-log", "--port")
    return Contender("FastAPI + uvicorn hello world, no bytecode", folder, command, {})


def _fresh(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def _milliseconds_to_first_answer(contender: Contender) -> float:
    port = free_port()
    environment = {
        "PATH": os.defpath,
        "PYTHONDONTWRITEBYTECODE": "1",
        "AWS_LWA_PORT": str(port),
        **contender.environment,
    }
    # run.sh reads the port from its environment and ignores the argument; uvicorn's command line wants it.
    command = [*contender.command, str(port)]
    started = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=contender.folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait_for_answer(process, port, started + _GIVE_UP_SECONDS)
        return (time.perf_counter() - started) * 1000
    finally:
        process.terminate()
        process.wait()


def _wait_for_answer(process: subprocess.Popen[bytes], port: int, give_up_at: float) -> None:
    while time.perf_counter() < give_up_at and process.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", port)) as connection:
                connection.sendall(_REQUEST)
                if connection.recv(12) == b"HTTP/1.1 200":
                    return
        except OSError:
            time.sleep(0.001)
    raise RuntimeError(f"Expected an answer on port {port} within {_GIVE_UP_SECONDS} s, got none.")


if __name__ == "__main__":
    main()
