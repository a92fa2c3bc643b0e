from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rehearsal.emulator.errors import NotDeployable
from rehearsal.emulator.function import Function
from rehearsal.emulator.variables import extension_variables, runtime_variables


def function(**options: Any) -> Function:
    defaults: dict[str, Any] = {
        "name": "chat",
        "task_root": Path("/srv/task"),
        "opt_root": Path("/srv/layers"),
        "handler": "streaming.app.app",
        "interpreter": Path("/srv/python/bin/python3.13"),
    }
    return Function(**defaults | options)


@pytest.mark.parametrize(
    ("value", "relocated"),
    [
        ("/var/task/run.sh", "/srv/task/run.sh"),
        ("/var/task", "/srv/task"),
        ("/opt/bootstrap", "/srv/layers/bootstrap"),
        ("/opt/python:/var/task:/bin", "/srv/layers/python:/srv/task:/bin"),
        ("--log=/opt/log.ini", "--log=/srv/layers/log.ini"),
        ("/optional", "/optional"),
        ("/home/opt/x", "/home/opt/x"),
        ("https://example.com/opt/x", "https://example.com/opt/x"),
    ],
)
def test_the_roots_are_relocated_and_nothing_else(value: str, relocated: str) -> None:
    assert function().relocate(value) == relocated


def test_a_wrapper_gets_the_interpreter_and_its_arguments() -> None:
    wrapped = function(environment={"AWS_LAMBDA_EXEC_WRAPPER": "/var/task/run.sh"})
    assert wrapped.command == ("/srv/task/run.sh", "/srv/python/bin/python3.13", "/var/runtime/bootstrap.py")


def test_a_managed_runtime_without_a_wrapper_is_refused() -> None:
    with pytest.raises(NotDeployable, match="AWS_LAMBDA_EXEC_WRAPPER"):
        _ = function().command


@pytest.mark.parametrize("root", ["task", "opt"])
def test_a_provided_runtime_starts_bootstrap(tmp_path: Path, root: str) -> None:
    bootstrap = tmp_path / root / "bootstrap"
    bootstrap.parent.mkdir()
    bootstrap.touch(0o755)
    deployed = function(runtime="provided.al2023", task_root=tmp_path / "task", opt_root=tmp_path / "opt")
    assert deployed.command == (str(bootstrap),)


def test_a_provided_runtime_without_bootstrap_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotDeployable, match="bootstrap"):
        _ = function(runtime="provided.al2023", task_root=tmp_path).command


def test_reserved_keys_are_refused() -> None:
    with pytest.raises(NotDeployable, match="AWS_REGION"):
        function(environment={"AWS_REGION": "eu-central-1"})


def test_the_environment_has_a_size_limit() -> None:
    assert function(environment={"K": "x" * 4095})
    with pytest.raises(NotDeployable, match="4096"):
        function(environment={"K": "x" * 4096})


def test_an_alias_is_in_the_arn() -> None:
    assert function(alias="live").arn == "arn:aws:lambda:eu-central-1:123456789012:function:chat:live"


def test_only_executable_files_are_extensions(tmp_path: Path) -> None:
    folder = tmp_path / "extensions"
    (folder / "folder").mkdir(parents=True)
    (folder / "adapter").touch(0o755)
    (folder / "notes.txt").touch(0o644)
    assert [path.name for path in function(opt_root=tmp_path).extensions] == ["adapter"]


def test_the_runtime_gets_the_documented_variables() -> None:
    deployed = function(environment={"AWS_LWA_PORT": "8000", "LANG": "C", "HOME_OF": "/var/task"})
    variables = runtime_variables(deployed, "127.0.0.1:9001", "stream")
    expected = {
        "_HANDLER": "streaming.app.app",
        "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
        "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/chat",
        "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9001",
        "AWS_LWA_PORT": "8000",
        "HOME_OF": "/srv/task",
        "LAMBDA_TASK_ROOT": "/srv/task",
        "LANG": "C",
        "PATH": "/srv/python/bin:/usr/local/bin:/usr/bin/:/bin:/srv/layers/bin",
    }
    assert variables | expected == variables


def test_an_extension_gets_fewer() -> None:
    deployed = function(environment={"AWS_LWA_PORT": "8000"})
    difference = runtime_variables(deployed, "a", "s").keys() - extension_variables(deployed, "a", "s").keys()
    assert difference == {
        "_HANDLER",
        "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_XRAY_CONTEXT_MISSING",
        "AWS_XRAY_DAEMON_ADDRESS",
        "LAMBDA_RUNTIME_DIR",
        "LAMBDA_TASK_ROOT",
    }


def test_a_provided_runtime_has_no_execution_environment() -> None:
    assert "AWS_EXECUTION_ENV" not in runtime_variables(function(runtime="provided.al2023"), "a", "s")
