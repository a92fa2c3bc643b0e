"""Candidates that serve: how one is started, and what it is asked for."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO
from urllib.parse import urlencode

from functions.stream.streaming.settings import FRAME_CHARACTERS
from infra.function.adapter_variables import HEALTH_PATH, PORT
from tools.local import free_port

#: Our setting that makes an event of every chunk, so that all candidates send the same number of events.
EVERY_CHUNK_AN_EVENT = {FRAME_CHARACTERS: "1"}

_HEALTH = f"GET {HEALTH_PATH} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n".encode()
_GIVE_UP_SECONDS = 30
_POLL_SECONDS = 0.001


@dataclass(frozen=True)
class Work:
    """One stream: so many chunks, each of so many characters, so long apart."""

    events: int
    size: int
    interval_ms: float = 0

    @property
    def path(self) -> str:
        return f"/stream?{urlencode({'input': json.dumps(asdict(self))})}"


@dataclass(frozen=True)
class Candidate:
    name: str
    folder: Path
    #: `{port}` stands for the port.
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Server:
    port: int
    pid: int
    #: In seconds of time.perf_counter(): just before the process was started, and just after it answered.
    started: float
    ready: float


@contextlib.contextmanager
def running(
    candidate: Candidate, environment: Mapping[str, str] | None = None, *, output: IO[bytes] | int = subprocess.DEVNULL
) -> Iterator[Server]:
    """Starts a candidate, yields it after its first 200 at the health path, and ends it with the block."""
    port = free_port()
    # A candidate keeps the bytecode that it was prepared with.
    variables = {"PATH": os.defpath, "PYTHONDONTWRITEBYTECODE": "1", PORT: str(port)}
    variables |= {**candidate.environment, **(environment or {})}
    command = [argument.replace("{port}", str(port)) for argument in candidate.command]
    started = time.perf_counter()
    process = subprocess.Popen(command, cwd=candidate.folder, env=variables, stdout=output, stderr=subprocess.DEVNULL)
    try:
        _wait_until_ready(candidate, process, port)
        yield Server(port, process.pid, started, time.perf_counter())
    finally:
        process.terminate()
        process.wait()


def _wait_until_ready(candidate: Candidate, process: subprocess.Popen[bytes], port: int) -> None:
    give_up_at = time.perf_counter() + _GIVE_UP_SECONDS
    while time.perf_counter() < give_up_at and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(_HEALTH)
            if connection.recv(12) == b"HTTP/1.1 200":
                return
        time.sleep(_POLL_SECONDS)
    raise RuntimeError(
        f"Expected {candidate.name} to answer within {_GIVE_UP_SECONDS} s, got no answer: run it by hand in "
        f"{candidate.folder}: {' '.join(candidate.command)}."
    )
