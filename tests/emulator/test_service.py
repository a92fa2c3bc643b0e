from __future__ import annotations

import httpx
import pytest

from rehearsal.emulator.environment import Environment
from rehearsal.emulator.errors import InvocationFailed, NotDeployable, PayloadTooLarge, TooManyRequests
from rehearsal.emulator.front_ends.api_gateway import rest_api
from rehearsal.emulator.limits import Limits
from rehearsal.emulator.service import LambdaService
from tests.emulator.support import Sandbox, run, url

GATED = """
for invocation in invocations():
    wait_for("go")
    invocation.stream([prelude() + SEPARATOR, b"fine"])
"""


def test_a_busy_function_refuses_further_requests(sandbox: Sandbox) -> None:
    async def test() -> None:
        async with url(sandbox.function(GATED)) as (service, client):
            first = service.invoke(b"{}")
            refused = await client.get("/")
            assert refused.status_code == 429
            assert refused.json()["Reason"] == "ConcurrentInvocationLimitExceeded"
            sandbox.write("go")
            assert (await first.payload()).endswith(b"fine")
            assert (await client.get("/")).content == b"fine"
            assert len(service.invocations) == 2

    run(test())


def test_more_environments_serve_more_requests_at_a_time(sandbox: Sandbox) -> None:
    async def test() -> None:
        async with url(sandbox.function(GATED), Limits(environments=2)) as (service, client):
            running = [service.invoke(b"{}"), service.invoke(b"{}")]
            assert (await client.get("/")).status_code == 429
            sandbox.write("go")
            for invocation in running:
                assert (await invocation.payload()).endswith(b"fine")
            assert len(service.cold_starts) == 2

    run(test())


def test_requests_one_after_the_other_share_an_environment(sandbox: Sandbox) -> None:
    sandbox.root.joinpath("shared").mkdir()
    sandbox.write("go")

    async def test() -> None:
        async with url(sandbox.function(GATED)) as (service, client):
            for _ in range(50):
                assert (await client.get("/")).content == b"fine"
            assert len(service.cold_starts) == 1
            assert {record.outcome for record in service.invocations} == {"succeeded"}
            assert all(0 < (record.first_byte_seconds or 0) <= record.seconds for record in service.invocations)

    run(test())


@pytest.mark.parametrize("size", [3000, 100_000])
def test_a_large_request_is_refused(sandbox: Sandbox, size: int) -> None:
    async def test() -> None:
        async with url(sandbox.function(GATED), Limits(payload_bytes=4000)) as (service, client):
            response = await client.post("/", content=bytes(size))  # base64 makes a third more of it
            assert response.status_code == 413
            assert service.invocations == ()

    run(test())


def test_an_event_has_the_documented_limit_to_the_byte(sandbox: Sandbox) -> None:
    async def test() -> None:
        async with LambdaService(sandbox.function(GATED)) as service:
            with pytest.raises(PayloadTooLarge, match="6291556 bytes, got 6291557"):
                service.invoke(b" " * 6_291_557)
            service.invoke(b"{}" + b" " * 6_291_554)
            with pytest.raises(TooManyRequests):
                service.invoke(b"{}")

    run(test())


def test_a_stream_is_slowed_down_after_its_burst(sandbox: Sandbox) -> None:
    function = sandbox.function(
        """
        for invocation in invocations():
            invocation.stream([prelude() + SEPARATOR, bytes(1000), bytes(1000)])
        """
    )

    async def test() -> None:
        limits = Limits(burst_bytes=1000, bytes_per_second=4000)
        async with url(function, limits) as (service, client):
            assert len((await client.get("/")).content) == 2000
            # At least as long as the second half takes: a busy machine only makes it longer.
            assert service.invocations[0].seconds >= 0.2

    run(test())


def test_a_function_that_cannot_start_is_refused_at_once(sandbox: Sandbox) -> None:
    function = sandbox.function(GATED)
    (function.task_root / "bootstrap").unlink()

    async def test() -> None:
        with pytest.raises(NotDeployable, match="bootstrap"):
            async with LambdaService(function):
                raise AssertionError("The service started")

    run(test())


def test_a_bug_of_the_emulator_is_not_silent(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object) -> None:
        raise ZeroDivisionError("a bug")

    async def test() -> None:
        async with LambdaService(sandbox.function(GATED)) as service:
            monkeypatch.setattr(Environment, "run", broken)
            with pytest.raises(InvocationFailed, match="abandoned"):
                await service.invoke(b"{}").payload()

    with pytest.raises(ExceptionGroup, match="The emulator failed") as caught:
        run(test())
    assert [type(error) for error in caught.value.exceptions] == [ZeroDivisionError]


def test_leaving_ends_an_invocation_that_runs(sandbox: Sandbox) -> None:
    async def test() -> None:
        async with LambdaService(sandbox.function("say('asks')\nask()\nwait_for('never')")) as service:
            invocation = service.invoke(b"{}")
            await service.log.wait_for("asks")
        assert invocation.failure
        assert invocation.failure.kind == "Sandbox.Failure"

    run(test())


def test_a_rest_api_streams(sandbox: Sandbox) -> None:
    function = sandbox.function(
        """
        def parts(path):
            yield prelude(201, {"x-path": path}) + SEPARATOR
            wait_for("go")
            yield b"fine"
        ask().stream(parts("first"))
        ask().report("Function.Broken", "no")
        ask()
        """
    )

    async def test() -> None:
        async with (
            LambdaService(function) as service,
            rest_api(service) as address,
            httpx.AsyncClient(base_url=address) as client,
        ):
            async with client.stream("GET", "/") as response:
                assert (response.status_code, response.headers["x-path"]) == (201, "first")
                sandbox.write("go")
                assert await response.aread() == b"fine"
            failed = await client.get("/")
            assert (failed.status_code, failed.json()) == (502, {"message": "Internal server error"})

    run(test())


def test_a_rest_api_gives_up_a_stream_that_is_idle_and_the_function_runs_on(sandbox: Sandbox) -> None:
    function = sandbox.function(
        """
        def parts():
            yield prelude() + SEPARATOR + b"first"
            wait_for("go")
            yield b"second"
        say("accepted", ask().stream(parts()).status)
        ask()
        """
    )

    async def test() -> None:
        async with (
            LambdaService(function, Limits(rest_api_idle_seconds=0.1)) as service,
            rest_api(service) as address,
            httpx.AsyncClient(base_url=address) as client,
        ):
            assert (await client.get("/")).content == b"first"
            assert service.invocations[0].outcome == "running"
            sandbox.write("go")
            assert await service.log.wait_for("accepted 202")

    run(test())
