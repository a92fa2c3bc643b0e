from __future__ import annotations

import asyncio

import pytest

from rehearsal.emulator.service import LambdaService
from tests.emulator.support import Sandbox, is_waiting, run

RUNTIME = 'for invocation in invocations(): invocation.respond(b"fine")'


def test_a_subscribed_extension_hears_of_invocations_and_holds_up_the_next_one(sandbox: Sandbox) -> None:
    sandbox.extension(
        "adapter",
        """
        identifier = register("adapter", ["INVOKE"])
        for number in range(9):
            event = next_event(identifier)
            say("event", event["eventType"], event["requestId"], sorted(event))
            wait_for(f"poll {number}")
        """,
    )
    function = sandbox.function(RUNTIME)

    async def test() -> None:
        async with LambdaService(function) as service:
            first = service.invoke(b"{}")
            assert await first.payload() == b"fine"
            line = await service.log.wait_for(f"event INVOKE {first.request_id}")
            assert "['deadlineMs', 'eventType', 'invokedFunctionArn', 'requestId', 'tracing']" in line.text
            second = service.invoke(b"{}")
            answer = asyncio.ensure_future(second.payload())
            assert await is_waiting(answer)
            sandbox.write("poll 0")
            assert await answer == b"fine"
            assert await service.log.wait_for(f"event INVOKE {second.request_id}")
            assert len(service.cold_starts) == 1

    run(test())


@pytest.mark.parametrize(
    ("operation", "headers", "body", "expected"),
    [
        ("POST register", {}, '{"events": []}', "403 Extension.InvalidExtensionName"),
        ("POST register", {"Name": "adapter"}, '{"events": []}', "403 Extension.InvalidExtensionName"),
        ("POST register", {"Name": "inner"}, "no JSON", "403 InvalidRequestFormat"),
        ("POST register", {"Name": "inner"}, '{"events": ["X"]}', "403 Extension.InvalidEventType"),
        ("POST register", {"Name": "inner"}, '{"events": ["SHUTDOWN"]}', "403 Extension.InvalidEventType"),
        ("GET event/next", {}, "", "403 Extension.MissingExtensionIdentifier"),
        ("GET event/next", {"Identifier": "x"}, "", "403 Extension.InvalidExtensionIdentifier"),
        (
            "GET event/next",
            {"Identifier": "8f4bb1f9-0000-4000-8000-000000000000"},
            "",
            "403 Extension.UnknownExtensionIdentifier",
        ),
        ("POST exit/error", {"Identifier": "OWN"}, "", "403 Extension.MissingHeader"),
        ("GET unknown", {}, "", "404 NotFound"),
    ],
)
def test_a_wrong_call_is_refused(
    sandbox: Sandbox, operation: str, headers: dict[str, str], body: str, expected: str
) -> None:
    method, _, path = operation.partition(" ")
    sandbox.extension(
        "adapter",
        f"""
        own = register("adapter")
        headers = {{"Lambda-Extension-" + key: value.replace("OWN", own)
                   for key, value in {headers!r}.items()}}
        answer = call({method!r}, "/2020-01-01/extension/{path}", {body!r}.encode(), headers)
        say("answered with", answer.status, answer.error_type)
        next_event(own)
        """,
    )
    function = sandbox.function(RUNTIME)

    async def test() -> None:
        async with LambdaService(function) as service:
            await service.warm()
            assert await service.log.wait_for(f"answered with {expected}")

    run(test())


def test_registration_closes_with_the_first_poll_of_the_runtime(sandbox: Sandbox) -> None:
    function = sandbox.function(
        """
        ask()
        headers = {"Lambda-Extension-Name": "late"}
        answer = call("POST", "/2020-01-01/extension/register", b'{"events": []}', headers)
        say("answered with", answer.status, answer.error_type)
        """
    )

    async def test() -> None:
        async with LambdaService(function) as service:
            service.invoke(b"{}")
            assert await service.log.wait_for("answered with 403 Extension.RegistrationClosed")

    run(test())


@pytest.mark.parametrize("phase", ["init", "exit"])
def test_an_extension_may_give_up(sandbox: Sandbox, phase: str) -> None:
    sandbox.extension(
        "adapter",
        f"""
        headers = {{"Lambda-Extension-Identifier": register("adapter"),
                    "Lambda-Extension-Function-Error-Type": "Extension.NoLuck"}}
        call("POST", "/2020-01-01/extension/{phase}/error", b"{{}}", headers)
        wait_for("never")
        """,
    )
    function = sandbox.function(RUNTIME)

    async def test() -> None:
        async with LambdaService(function) as service:
            service.invoke(b"{}")
            assert await service.log.wait_for("adapter reported Extension.NoLuck")

    run(test())


@pytest.mark.parametrize("path", ["/2022-07-01/telemetry", "/2020-08-15/logs"])
def test_telemetry_is_accepted(sandbox: Sandbox, path: str) -> None:
    sandbox.extension(
        "adapter",
        f'own = register("adapter")\nsay("answered", call("PUT", "{path}", b"{{}}").status)\nnext_event(own)',
    )
    function = sandbox.function(RUNTIME)

    async def test() -> None:
        async with LambdaService(function) as service:
            await service.warm()
            assert await service.log.wait_for("answered 202")

    run(test())
