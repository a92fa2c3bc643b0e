"""Starts a bundle with its exec wrapper, handler name and environment, as Lambda would."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from infra.function.adapter_variables import EXEC_WRAPPER, PORT, READINESS_CHECK_PATH, TASK_ROOT

from .assembly import SynthesizedFunction

_READY_SECONDS = 20
_STOP_SECONDS = 10
# The adapter polls every 10 ms as well.
_POLL_SECONDS = 0.01
# A proxy of the environment does not reach this machine's loopback.
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def bare_interpreter() -> str:
    """The path of this Python outside of the virtual environment, whose packages would hide what the bundle lacks."""
    return str(Path(sys.base_prefix, "bin", f"python{sys.version_info.major}.{sys.version_info.minor}"))


@contextlib.contextmanager
def running(function: SynthesizedFunction) -> Iterator[str]:
    """Yields the server's root URL once it is ready. Raises RuntimeError when it exits or never answers."""
    port = free_port()
    process = _start(function, port)
    try:
        _wait_until_ready(process, f"http://127.0.0.1:{port}{function.environment[READINESS_CHECK_PATH]}")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            kill_group(process)
            process.wait()


def _start(function: SynthesizedFunction, port: int) -> subprocess.Popen[bytes]:
    wrapper = function.asset / PurePosixPath(function.environment[EXEC_WRAPPER]).relative_to(TASK_ROOT)
    environment = {
        "PATH": "/usr/bin:/bin",
        **function.environment,
        PORT: str(port),
        "LAMBDA_TASK_ROOT": str(function.asset),
        "_HANDLER": function.handler,
        # The asset is what would be deployed, so nothing may be written into it.
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    return subprocess.Popen(
        [wrapper, bare_interpreter()],
        cwd=function.asset,
        env=environment,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )


def _wait_until_ready(process: subprocess.Popen[bytes], url: str) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"Expected the function to serve {url}, but it exited with {process.returncode}.")
        with contextlib.suppress(urllib.error.URLError, ConnectionError), _DIRECT.open(url, timeout=1):
            return
        time.sleep(_POLL_SECONDS)
    raise RuntimeError(f"Expected the function to serve {url} within {_READY_SECONDS} s, got no answer.")


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """Kills a process that has a session of its own, and all that it started: the wrapper is a shell that stays."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
