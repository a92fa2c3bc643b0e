from __future__ import annotations

import json

import pytest

from rehearsal.emulator.errors import InvocationFailed
from rehearsal.emulator.limits import Limits
from rehearsal.emulator.service import LambdaService
from tests.emulator.support import Sandbox, run, url


def test_next_describes_the_invocation(sandbox: Sandbox) -> None:
    function = sandbox.function("for i in invocations(): i.respond(json.dumps(dict(i.headers)).encode())")

    async def test() -> None:
        async with LambdaService(function) as service:
            invocation = service.invoke(b"{}")
            headers = json.loads(await invocation.payload())
        assert headers["lambda-runtime-aws-request-id"] == invocation.request_id
        assert int(headers["lambda-runtime-deadline-ms"]) > 1_700_000_000_000
        assert headers["lambda-runtime-invoked-function-arn"] == function.arn
        assert headers["lambda-runtime-trace-id"].startswith("Root=1-")
        assert headers["content-length"] == "2"

    run(test())


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ('i.respond(b"x", request_id="unknown")', "400 InvalidRequestID"),
        ('i.respond(b"x", lambda_runtime_function_response_mode="x")', "400 InvalidFunctionResponseMode"),
        ('call("GET", "/2018-06-01/runtime/invocation/next")', "403 InvalidStateTransition"),
        ('call("POST", "/2018-06-01/runtime/init/error")', "403 InvalidStateTransition"),
        ('call("GET", "/2018-06-01/runtime/unknown")', "404 NotFound"),
        ('[i.respond(b"x"), i.respond(b"y")][1]', "403 InvalidStateTransition"),
        ('[i.respond(b"x"), i.report("a", "b")][1]', "403 InvalidStateTransition"),
        ('i.respond(b"x" * 2001)', "413 RequestEntityTooLarge"),
    ],
)
def test_a_wrong_call_is_refused_and_the_environment_lives_on(sandbox: Sandbox, call: str, expected: str) -> None:
    function = sandbox.function(
        f"""
        i = ask()
        answer = {call}
        say("answered with", answer.status, answer.error_type)
        i.respond(b"late")
        ask().respond(b"second")
        ask()
        """
    )

    async def test() -> None:
        async with LambdaService(function, Limits(payload_bytes=2000)) as service:
            first = service.invoke(b"{}")
            while await first.read() is not None:
                pass
            assert await service.log.wait_for(f"answered with {expected}")
            assert await service.invoke(b"{}").payload() == b"second"
            assert len(service.cold_starts) == 1

    run(test())


def test_a_response_is_accepted_when_it_was_read_to_its_end(sandbox: Sandbox) -> None:
    function = sandbox.function(
        """
        def parts():
            yield b"first"
            wait_for("end")
        for invocation in invocations():
            answer = invocation.stream(parts())
            say("accepted", answer.status, answer.body)
        """
    )

    async def test() -> None:
        async with LambdaService(function) as service:
            invocation = service.invoke(b"{}")
            assert await invocation.read() == b"first"
            assert (service.log.find("accepted"), invocation.ended.is_set()) == (None, False)
            sandbox.write("end")
            assert await invocation.read() is None
            assert await service.log.wait_for('accepted 202 b\'{"status":"OK"}\\n\'')

    run(test())


def test_a_slow_reader_slows_down_the_function(sandbox: Sandbox) -> None:
    function = sandbox.function(
        """
        def parts():
            for number in range(64):
                yield bytes(1024 * 1024)
            say("all sent")
        for invocation in invocations():
            invocation.stream(parts())
        """
    )

    async def test() -> None:
        async with LambdaService(function) as service:
            invocation = service.invoke(b"{}")
            assert await invocation.read()
            assert service.log.find("all sent") is None
            size = 0
            while chunk := await invocation.read():
                size += len(chunk)
            assert size > 63 * 1024 * 1024
            assert await service.log.wait_for("all sent")

    run(test())


@pytest.mark.parametrize("accepts_stream", [True, False])
def test_only_a_stream_to_a_caller_that_wants_one_has_the_larger_limit(sandbox: Sandbox, accepts_stream: bool) -> None:
    function = sandbox.function("for i in invocations(): i.stream([bytes(3000)])")

    async def test() -> None:
        async with LambdaService(function, Limits(payload_bytes=2000, streamed_bytes=4000)) as service:
            invocation = service.invoke(b"{}", accepts_stream=accepts_stream)
            while await invocation.read() is not None:
                pass
            outcome = service.invocations[0].outcome
            assert outcome == ("succeeded" if accepts_stream else "Function.ResponseSizeTooLarge")

    run(test())


def test_a_body_that_breaks_off_fails_the_invocation_only(sandbox: Sandbox) -> None:
    function = sandbox.function(
        """
        class Broken(Exception):
            pass
        def parts():
            yield b"part"
            raise Broken
        try:
            ask().stream(parts())
        except Broken as error:
            del error  # and with it the connection
        ask().respond(b"second")
        ask()
        """
    )

    async def test() -> None:
        async with LambdaService(function) as service:
            invocation = service.invoke(b"{}")
            with pytest.raises(InvocationFailed, match=r"Runtime\.TruncatedResponse"):
                await invocation.payload()
            assert await service.invoke(b"{}").payload() == b"second"
            assert len(service.cold_starts) == 1

    run(test())


@pytest.mark.parametrize("pairs", [[("b", "B")], []])
def test_the_trailers_are_optional(sandbox: Sandbox, pairs: list[tuple[str, str]]) -> None:
    function = sandbox.function(
        f"for i in invocations(): i.stream([prelude() + SEPARATOR, b'x'], trailers=dict({pairs!r}))"
    )

    async def test() -> None:
        async with url(function) as (service, client):
            assert (await client.get("/")).content == b"x"
            assert service.invocations[0].outcome == "succeeded"

    run(test())
