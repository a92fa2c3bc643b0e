from __future__ import annotations

import asyncio
import os
import signal

import pytest

from rehearsal.emulator.errors import InvocationFailed
from rehearsal.emulator.limits import Limits
from rehearsal.emulator.service import LambdaService
from rehearsal.waiting import PATIENCE_SECONDS
from tests.emulator.support import Sandbox, is_waiting, run, url

ECHO = """
for invocation in invocations():
    invocation.stream([prelude() + SEPARATOR, b"fine"])
"""
IDLE = """
identifier = register("adapter")
say("registered")
next_event(identifier)
"""


def test_the_runtime_starts_when_every_extension_is_registered(sandbox: Sandbox) -> None:
    sandbox.extension("adapter", 'wait_for("register")' + IDLE)
    sandbox.extension("other", 'identifier = register("other")\nsay("registered too")\nnext_event(identifier)')
    function = sandbox.function('say("runtime started")' + ECHO)

    async def test() -> None:
        async with LambdaService(function) as service:
            starting = asyncio.ensure_future(service.warm())
            await service.log.wait_for("registered too")
            assert await is_waiting(starting)
            assert service.log.find("runtime started") is None
            sandbox.write("register")
            cold = await starting
        stations = [cold.extensions_registered, cold.runtime_started, cold.runtime_ready, cold.initialised]
        assert None not in stations
        assert stations == sorted(filter(None, stations))
        assert {line.source for line in service.log} >= {"extension/adapter", "extension/other", "runtime"}

    run(test())


def test_init_lasts_until_every_extension_waits_for_its_next_event(sandbox: Sandbox) -> None:
    sandbox.extension("adapter", 'i = register("adapter")\nwait_for("poll")\nnext_event(i)')
    function = sandbox.function('say("runtime started")' + ECHO)

    async def test() -> None:
        async with LambdaService(function) as service:
            starting = asyncio.ensure_future(service.warm())
            await service.log.wait_for("runtime started")
            assert await is_waiting(starting)
            sandbox.write("poll")
            assert (await starting).initialised

    run(test())


def test_an_extension_may_be_the_one_that_asks_for_invocations(sandbox: Sandbox) -> None:
    sandbox.extension(
        "adapter",
        """
        import threading
        threading.Thread(target=next_event, args=(register("adapter"),), daemon=True).start()
        wait_for("application is ready")
        for invocation in invocations():
            invocation.respond(b"from the extension")
        """,
    )
    function = sandbox.function('(shared / "application is ready").touch()\nwait_for("never")')

    async def test() -> None:
        async with LambdaService(function) as service:
            assert await service.invoke(b"{}").payload() == b"from the extension"

    run(test())


def test_the_processes_see_the_variables_of_their_kind(sandbox: Sandbox) -> None:
    sandbox.extension("adapter", "say('keys', *sorted(os.environ), os.getcwd())" + IDLE)
    function = sandbox.function("say('keys', *sorted(os.environ), os.getcwd())" + ECHO)

    async def test() -> None:
        async with LambdaService(function) as service:
            await service.warm()
        keys = {line.source: line.text.split() for line in service.log if line.text.startswith("keys ")}
        assert {"_HANDLER", "LAMBDA_TASK_ROOT", "AWS_LAMBDA_LOG_GROUP_NAME"} <= set(keys["runtime"])
        assert not {"_HANDLER", "LAMBDA_TASK_ROOT", "AWS_LAMBDA_LOG_GROUP_NAME"} & set(keys["extension/adapter"])
        assert {"AWS_LAMBDA_RUNTIME_API", "SHARED"} <= set(keys["extension/adapter"])
        assert "HOME" not in keys["runtime"]  # nothing comes from the machine
        assert (keys["runtime"][-1], keys["extension/adapter"][-1]) == (str(function.task_root), "/")

    run(test())


@pytest.mark.parametrize(
    ("runtime", "kind", "seconds"),
    [
        ("exit(3)", "Runtime.ExitError", PATIENCE_SECONDS),
        (
            'call("POST", "/2018-06-01/runtime/init/error", b"{}", '
            '{"Lambda-Runtime-Function-Error-Type": "Runtime.NoSuchHandler"})\nwait_for("never")',
            "Runtime.NoSuchHandler",
            PATIENCE_SECONDS,
        ),
        ('wait_for("never")', "Sandbox.Timeout: Init timed out after 0.20 seconds", 0.2),
    ],
)
def test_a_failed_init_is_repeated_once_and_then_fails_the_invocation(
    sandbox: Sandbox, runtime: str, kind: str, seconds: float
) -> None:
    function = sandbox.function(runtime, timeout_seconds=seconds)

    async def test() -> None:
        async with LambdaService(function, Limits(init_seconds=seconds)) as service:
            with pytest.raises(InvocationFailed, match=kind):
                await service.invoke(b"{}").payload()
            assert len(service.cold_starts) == 2

    run(test())


def test_a_bootstrap_that_cannot_be_executed_is_named(sandbox: Sandbox) -> None:
    function = sandbox.function(ECHO)
    (function.task_root / "bootstrap").write_text("#!/no/such/interpreter\n")

    async def test() -> None:
        async with LambdaService(function) as service:
            with pytest.raises(InvocationFailed, match=r"Runtime\.InvalidEntrypoint.*No such file"):
                await service.invoke(b"{}").payload()

    run(test())


def test_an_extension_that_exits_is_a_failed_init(sandbox: Sandbox) -> None:
    sandbox.extension("adapter", "exit(1)")
    function = sandbox.function(ECHO)

    async def test() -> None:
        async with LambdaService(function) as service:
            with pytest.raises(InvocationFailed, match=r"Extension\.Crash.*adapter exited: exit status 1"):
                await service.warm()

    run(test())


def test_an_extension_that_exits_takes_the_invocation_with_it(sandbox: Sandbox) -> None:
    sandbox.extension(
        "adapter",
        """
        import threading
        threading.Thread(target=next_event, args=(register("adapter"),), daemon=True).start()
        wait_for("exit")
        """,
    )
    function = sandbox.function('ask()\nsay("asked")\nwait_for("never")')

    async def test() -> None:
        async with LambdaService(function) as service:
            invocation = service.invoke(b"{}")
            await service.log.wait_for("asked")
            sandbox.write("exit")
            with pytest.raises(InvocationFailed, match=r"Extension\.Crash.*exit status 0"):
                await invocation.payload()

    run(test())


def test_an_environment_that_died_while_it_was_idle_is_replaced(sandbox: Sandbox) -> None:
    function = sandbox.function("say('pid', os.getpid())" + ECHO)

    async def test() -> None:
        async with url(function) as (service, client):
            await service.warm()
            os.kill(int((await service.log.wait_for("pid ")).text.split()[1]), signal.SIGKILL)
            await service.log.wait_for("runtime exited: signal: Killed")
            assert (await client.get("/")).content == b"fine"
            assert len(service.cold_starts) == 2

    run(test())
