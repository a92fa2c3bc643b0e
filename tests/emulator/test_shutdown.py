from __future__ import annotations

import asyncio
from pathlib import Path

from rehearsal.emulator.limits import Limits
from rehearsal.emulator.service import LambdaService
from rehearsal.waiting import until
from tests.emulator.support import Sandbox, run, url

ECHO = """
for invocation in invocations():
    invocation.stream([prelude() + SEPARATOR, b"fine"])
"""
IDLE = """
identifier = register("adapter")
say("registered")
next_event(identifier)
"""


STUBBORN = """
import signal
for number in (signal.SIGTERM, signal.SIGINT):
    signal.signal(number, lambda *_: say("runtime got SIGTERM"))
"""


def texts(service: LambdaService, *needles: str) -> list[str]:
    return [line.text for line in service.log if any(needle in line.text for needle in needles)]


def test_shutdown_is_sigterm_a_pause_and_sigkill_and_then_the_extensions(sandbox: Sandbox) -> None:
    sandbox.extension(
        "adapter",
        """
        identifier = register("adapter", ["SHUTDOWN"])
        event = next_event(identifier)
        say("extension got", event["eventType"], event["shutdownReason"], event["deadlineMs"] > 0)
        """,
    )
    function = sandbox.function(STUBBORN + ECHO)
    limits = Limits(runtime_shutdown_seconds=1, shutdown_seconds=10)

    async def test() -> None:
        async with LambdaService(function, limits) as service:
            await service.warm()
        assert texts(service, "SIG", "extension", "exited") == [
            "SIGTERM to the runtime",
            "runtime got SIGTERM",
            "SIGKILL to the runtime",
            "runtime exited: signal: Killed",
            "extension got SHUTDOWN SPINDOWN True",
            "extension/adapter exited: exit status 0",
        ]

    run(test())


def test_an_extension_without_the_shutdown_event_is_killed(sandbox: Sandbox) -> None:
    sandbox.extension("adapter", IDLE)
    function = sandbox.function(ECHO)

    async def test() -> None:
        async with LambdaService(function, Limits(runtime_shutdown_seconds=10)) as service:
            await service.warm()
        assert texts(service, "SIG", "exited") == [
            "SIGTERM to the runtime",
            "runtime exited: signal: Terminated",
            "SIGKILL to extension/adapter",
            "extension/adapter exited: signal: Killed",
        ]

    run(test())


def test_without_an_extension_nobody_is_asked(sandbox: Sandbox) -> None:
    function = sandbox.function(STUBBORN + ECHO)

    async def test() -> None:
        async with LambdaService(function) as service:
            await service.warm()
        assert texts(service, "SIG", "exited") == ["runtime exited: signal: Killed"]

    run(test())


def test_the_last_words_of_a_runtime_reach_the_client(sandbox: Sandbox) -> None:
    sandbox.extension("adapter", IDLE)
    function = sandbox.function(
        """
        import signal
        stopping = []
        signal.signal(signal.SIGTERM, lambda *_: stopping.append(True))
        def parts():
            yield prelude() + SEPARATOR
            yield b"first, "
            while not stopping:
                time.sleep(0.005)
            yield b"last"
        ask().stream(parts())
        """
    )

    async def test() -> None:
        async with url(function, Limits(runtime_shutdown_seconds=10)) as (service, client):
            async with client.stream("GET", "/") as response:
                received = response.aiter_raw()
                assert await anext(received) == b"first, "
                stopping = asyncio.ensure_future(service.shut_down())
                assert [chunk async for chunk in received] == [b"last"]
            await stopping
            assert service.invocations[0].outcome == "succeeded"

    run(test())


def test_what_an_adapter_still_has_of_the_stream_reaches_the_client(sandbox: Sandbox) -> None:
    sandbox.extension(
        "adapter",
        """
        import threading
        threading.Thread(target=next_event, args=(register("adapter"),), daemon=True).start()
        def parts():
            yield prelude() + SEPARATOR
            yield b"first, "
            wait_for("the runtime stops")
            time.sleep(0.2)
            yield b"last"
        wait_for("application is ready")
        ask().stream(parts())
        """,
    )
    function = sandbox.function(
        """
        import signal
        def stop(*_):
            (shared / "the runtime stops").touch()
            exit()
        signal.signal(signal.SIGTERM, stop)
        (shared / "application is ready").touch()
        wait_for("never")
        """
    )

    async def test() -> None:
        async with url(function, Limits(runtime_shutdown_seconds=10)) as (service, client):
            async with client.stream("GET", "/") as response:
                received = response.aiter_raw()
                assert await anext(received) == b"first, "
                stopping = asyncio.ensure_future(service.shut_down())
                assert [chunk async for chunk in received] == [b"last"]
            await stopping

    run(test())


def is_running(pid: int) -> bool:
    """A zombie, whose adoptive parent did not wait for it yet, is not."""
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"


def test_nothing_is_orphaned(sandbox: Sandbox) -> None:
    function = sandbox.function(
        """
        import subprocess
        child = subprocess.Popen(["sleep", "60"])
        say("child", child.pid)
        ask()
        """
    )

    async def test() -> None:
        async with LambdaService(function, Limits(init_seconds=5)) as service:
            await service.warm()
            pid = int((await service.log.wait_for("child ")).text.split()[1])
            assert is_running(pid)
        await until(lambda: not is_running(pid), "the child to end")

    run(test())
