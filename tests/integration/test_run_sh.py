"""run.sh as Lambda calls it: `run.sh INTERPRETER ARGUMENTS...`."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sys
from pathlib import Path

import httpx
import pytest

from rehearsal.waiting import wait_until
from tests.support.servers import RUN_SH, start_run_sh
from tools.local import free_port, kill_group

SHELLS = [None, *(shell for shell in ("sh", "dash") if shutil.which(shell))]
HANDLER = "streaming.app.app"


def run(tmp_path: Path, interpreter: str = sys.executable, **environment: str) -> tuple[int, str]:
    log_file = tmp_path / "log"
    process = start_run_sh(log_file, interpreter, **environment)
    try:
        return process.wait(20), log_file.read_text()
    finally:
        kill_group(process)
        process.wait()


@pytest.mark.parametrize("shell", SHELLS)
def test_run_sh_starts_the_server_when_lambda_hands_it_an_interpreter_and_arguments(
    shell: str | None, tmp_path: Path
) -> None:
    port = str(free_port())
    process = start_run_sh(
        tmp_path / "log", sys.executable, shell=shell and shutil.which(shell), _HANDLER=HANDLER, AWS_LWA_PORT=port
    )
    try:
        wait_until(lambda: b"running" in (tmp_path / "log").read_bytes(), "the server to run")
        assert httpx.get(f"http://127.0.0.1:{port}/healthz", trust_env=False).json() == {"status": "ok"}
        process.send_signal(signal.SIGINT)
        process.wait(10)
    finally:
        kill_group(process)
        process.wait()
    assert "Traceback" not in (tmp_path / "log").read_text()


def test_run_sh_changes_to_the_task_root_when_lambda_names_one(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "streaming" / "host").mkdir(parents=True)
    (root / "streaming" / "host" / "__main__.py").write_text("import sys; print('main of', *sys.argv[1:])")
    status, log = run(tmp_path, _HANDLER="a.b", AWS_LWA_PORT="1", LAMBDA_TASK_ROOT=str(root))
    assert (status, log) == (0, "main of a.b 1\n")


@pytest.mark.parametrize("port", [None, ""])
def test_run_sh_names_the_port_when_it_is_missing(port: str | None, tmp_path: Path) -> None:
    status, log = run(tmp_path, _HANDLER=HANDLER, **({} if port is None else {"AWS_LWA_PORT": port}))
    assert status == 1
    assert log.startswith("run.sh: expected AWS_LWA_PORT to be the port")


@pytest.mark.parametrize("handler", [None, ""])
def test_run_sh_names_the_handler_when_it_is_missing(handler: str | None, tmp_path: Path) -> None:
    status, log = run(tmp_path, AWS_LWA_PORT="8080", **({} if handler is None else {"_HANDLER": handler}))
    assert status == 1
    assert log.startswith("run.sh: expected _HANDLER to name the ASGI application")


def test_run_sh_names_the_interpreter_when_it_cannot_be_run(tmp_path: Path) -> None:
    status, log = run(tmp_path, "/var/lang/bin/no-such-python", _HANDLER=HANDLER, AWS_LWA_PORT="8080")
    assert status == 1
    assert "expected a Python interpreter, got '/var/lang/bin/no-such-python'" in log


@pytest.mark.parametrize(
    ("handler", "port", "sentence"),
    [
        (HANDLER, "eighty", "Expected AWS_LWA_PORT to be a port such as 8080, got 'eighty'."),
        (HANDLER, "65536", "Expected AWS_LWA_PORT to be a port such as 8080, got '65536'."),
        ("app", "8080", "Expected a handler such as streaming.app.app, got 'app'"),
        ("streaming.no_such_module.app", "8080", "streaming.no_such_module"),
        ("streaming.app.no_such_attribute", "8080", "no_such_attribute"),
    ],
)
def test_process_fails_with_a_sentence_when_handler_or_port_is_wrong(
    handler: str, port: str, sentence: str, tmp_path: Path
) -> None:
    status, log = run(tmp_path, _HANDLER=handler, AWS_LWA_PORT=port)
    assert status != 0
    assert sentence in log
    assert "Traceback" not in log.replace("\\n", "\n").partition('"exception"')[0]


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        (
            {"STREAM_HEARTBEAT_SECONDS": "never"},
            "Expected STREAM_HEARTBEAT_SECONDS to be a number above 0, got 'never'",
        ),
        ({"STREAM_SOURCE": "bedrok"}, "Expected the name of a source, got 'bedrok'"),
        ({"STREAM_SOURCE": "bedrock"}, "Expected STREAM_BEDROCK_MODEL_ID to name a model"),
    ],
)
def test_process_fails_and_names_the_variable_when_a_setting_is_wrong(
    environment: dict[str, str], sentence: str, tmp_path: Path
) -> None:
    status, log = run(tmp_path, _HANDLER=HANDLER, AWS_LWA_PORT="8080", **environment)
    assert status != 0
    assert sentence in log


def test_process_fails_when_its_port_is_taken(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        status, log = run(tmp_path, _HANDLER=HANDLER, AWS_LWA_PORT=str(taken.getsockname()[1]))
    assert status != 0
    assert "address already in use" in log


def test_process_fails_when_the_application_fails_to_start(tmp_path: Path) -> None:
    (tmp_path / "failing.py").write_text(
        "async def app(scope, receive, send):\n    raise RuntimeError('failed to start')\n"
        "async def ready(scope, receive, send):\n"
        "    await receive()\n    await send({'type': 'lifespan.startup.failed', 'message': 'no database'})\n"
    )
    status, log = run(tmp_path, _HANDLER="failing.ready", AWS_LWA_PORT=str(free_port()), PYTHONPATH=str(tmp_path))
    assert "no database" in log
    assert status != 0


def test_run_sh_is_executable_and_has_line_feeds_only() -> None:
    assert os.access(RUN_SH, os.X_OK)
    script = RUN_SH.read_bytes()
    assert script.startswith(b"#!/bin/sh\n")
    assert b"\r" not in script
