"""A server that takes part: where it lies, how it starts, how it is asked for a stream."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from urllib.parse import urlencode

from infra.function.adapter_variables import HEALTH_PATH, PORT
from tools.local import free_port

_HEALTH = f"GET {HEALTH_PATH} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n".encode()
_GIVE_UP_SECONDS = 30
_POLL_SECONDS = 0.001


@dataclass(frozen=True)
class Work:
    """One stream: so many events, each of so many characters, so long apart."""

    events: int
    size: int
    interval_ms: float = 0

    @property
    def parameters(self) -> dict[str, float]:
        return {"events": self.events, "size": self.size, "interval_ms": self.interval_ms}


@dataclass(frozen=True)
class Contender:
    name: str
    folder: Path
    #: `{port}` stands for the port.
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)

    def stream_path(self, work: Work) -> str:
        return f"/stream?{urlencode(work.parameters)}"


class OurContender(Contender):
    """Its synthetic source gets the parameters as the prompt."""

    def stream_path(self, work: Work) -> str:
        return f"/stream?{urlencode({'input': json.dumps(work.parameters)})}"


@dataclass(frozen=True)
class Server:
    port: int
    process: subprocess.Popen[bytes]
    #: Of time.perf_counter(), just before the process was started and just after it answered.
    started: float
    ready: float

    @property
    def pid(self) -> int:
        """Of the process that serves, where a shell that stays has started it."""
        pid = self.process.pid
        while children := Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            pid = int(children[0])
        return pid


@contextlib.contextmanager
def running(
    contender: Contender, output: IO[bytes] | int = subprocess.DEVNULL, /, **environment: str
) -> Iterator[Server]:
    """From its start to its first 200 at /healthz, and until the end of the block."""
    port = free_port()
    variables = {
        "PATH": os.defpath,
        # A contender keeps the bytecode that it was prepared with.
        "PYTHONDONTWRITEBYTECODE": "1",
        PORT: str(port),
        **contender.environment,
        **environment,
    }
    command = [argument.replace("{port}", str(port)) for argument in contender.command]
    started = time.perf_counter()
    process = subprocess.Popen(command, cwd=contender.folder, env=variables, stdout=output, stderr=subprocess.DEVNULL)
    try:
        _wait_until_ready(contender, process, port, started + _GIVE_UP_SECONDS)
        yield Server(port, process, started, time.perf_counter())
    finally:
        process.terminate()
        process.wait()


def _wait_until_ready(contender: Contender, process: subprocess.Popen[bytes], port: int, give_up_at: float) -> None:
    while time.perf_counter() < give_up_at and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(_HEALTH)
            if connection.recv(12) == b"HTTP/1.1 200":
                return
        time.sleep(_POLL_SECONDS)
    raise RuntimeError(
        f"Expected {contender.name} to answer within {_GIVE_UP_SECONDS} s, got no answer: run it by hand in "
        f"{contender.folder}: {' '.join(contender.command)}."
    )
