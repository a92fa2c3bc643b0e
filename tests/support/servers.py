"""The function behind real sockets: its application in a thread, or the whole process that Lambda would start."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.types import ASGIApp
from uvicorn.config import Config
from uvicorn.server import Server

from infra.function.adapter_variables import HEALTH_PATH, PORT
from rehearsal.waiting import PATIENCE_SECONDS, wait_until, wait_until_serving
from tools.local import free_port, kill_group

FUNCTION = Path(__file__).parents[2] / "functions" / "stream"
RUN_SH = FUNCTION / "run.sh"
#: What Lambda hands to an exec wrapper after the interpreter.
LAMBDA_ARGUMENTS = ("/var/runtime/bootstrap.py", "--unknown-option")


@contextlib.contextmanager
def serving(app: ASGIApp) -> Iterator[str]:
    """Serves an application that holds injected parts; yields its URL."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    config = Config(
        app,
        http="h11",
        loop="asyncio",
        ws="none",
        interface="asgi3",
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=2,
        h11_max_incomplete_event_size=256 * 1024,
    )
    server = Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="server")
    thread.start()
    try:
        wait_until(lambda: server.started or not thread.is_alive(), "the server to start")
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(PATIENCE_SECONDS)
        listener.close()
        assert not thread.is_alive()


@dataclass
class Function:
    url: str
    process: subprocess.Popen[bytes]
    log_file: Path

    def log_lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log_file.read_text().splitlines()]


@contextlib.contextmanager
def running_function(log_file: Path, run_sh: Path = RUN_SH, /, **environment: str) -> Iterator[Function]:
    """run.sh as Lambda calls it, until the server answers. It ends by SIGINT, after which it exits normally."""
    lambda_sets = {"_HANDLER": "streaming.app.app", PORT: str(free_port())} | environment
    process = start_run_sh(log_file, sys.executable, run_sh, **lambda_sets)
    function = Function(f"http://127.0.0.1:{lambda_sets[PORT]}", process, log_file)
    try:
        wait_until_serving(process, f"{function.url}{HEALTH_PATH}", log_file)
        yield function
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)
        kill_group(process)
        process.wait()


def start_run_sh(
    log_file: Path, interpreter: str, run_sh: Path = RUN_SH, /, *, shell: str | None = None, **environment: str
) -> subprocess.Popen[bytes]:
    command = [*([shell] if shell else []), str(run_sh), interpreter, *LAMBDA_ARGUMENTS]
    inherited = {name: value for name, value in os.environ.items() if name not in ("_HANDLER", PORT)}
    with log_file.open("wb") as log:
        return subprocess.Popen(
            command,
            # Nothing is left in the folder for temporary files that all share.
            env={**inherited, "TMPDIR": str(log_file.parent), **environment},
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
