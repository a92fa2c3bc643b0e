from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from rehearsal.emulator.limits import Limits
from rehearsal.waiting import PATIENCE_SECONDS
from tests.emulator.support import Sandbox, run, url


async def chunks(response: httpx.Response) -> AsyncIterator[bytes]:
    async for chunk in response.aiter_raw():
        yield chunk


def test_chunks_arrive_while_the_function_still_runs(sandbox: Sandbox) -> None:
    function = sandbox.function(
        """
        for invocation in invocations():
            def parts():
                yield prelude(200, {"content-type": "text/event-stream"}) + SEPARATOR
                wait_for("head")
                yield b"one"
                wait_for("first")
                yield "zwölf".encode()
            invocation.stream(parts())
        """
    )

    async def test() -> None:
        async with url(function) as (_, client), client.stream("GET", "/") as response:
            assert response.headers["content-type"] == "text/event-stream"  # before the first chunk is sent
            sandbox.write("head")
            received = chunks(response)
            assert await anext(received) == b"one"
            sandbox.write("first")
            assert await anext(received) == "zwölf".encode()
            assert [chunk async for chunk in received] == []

    run(test())


def test_the_prelude_becomes_the_head(sandbox: Sandbox) -> None:
    function = sandbox.function(
        """
        headers = {"X-Twice": ["1", "2"], "content-length": "4", "connection": "close", "keep-alive": "1",
                   "transfer-encoding": "chunked"}
        head = prelude(418, headers, ["a=1; Secure", "b=2"])
        for invocation in invocations():
            invocation.stream([head[:9], head[9:] + SEPARATOR[:3], SEPARATOR[3:] + b"bo", b"dy"])
        """
    )

    async def test() -> None:
        async with url(function) as (service, client):
            response = await client.get("/")
        assert (response.status_code, response.content) == (418, b"body")
        assert response.headers.get_list("x-twice") == ["1", "2"]
        assert response.headers.get_list("set-cookie") == ["a=1; Secure", "b=2"]
        assert response.headers["x-amzn-remapped-content-length"] == "4"
        assert response.headers["x-amzn-remapped-connection"] == "close"
        assert response.headers["transfer-encoding"] == "chunked"
        assert response.headers["x-amzn-requestid"] == service.invocations[0].request_id
        assert response.headers["x-amzn-trace-id"].startswith("Root=1-")
        assert not {"content-length", "connection", "keep-alive"} & response.headers.keys()

    run(test())


def test_without_a_prelude_the_body_is_everything(sandbox: Sandbox) -> None:
    function = sandbox.function('for i in invocations(): i.stream([b"{}", SEPARATOR, b"x"], content_type="text/plain")')

    async def test() -> None:
        async with url(function) as (_, client):
            response = await client.get("/")
        assert (response.status_code, response.content) == (200, b"{}" + bytes(8) + b"x")
        assert response.headers["content-type"] == "application/octet-stream"

    run(test())


def test_a_buffered_response_is_passed_on_verbatim(sandbox: Sandbox) -> None:
    answer = b'{"statusCode":404,"body":"x"}'
    function = sandbox.function(f"for invocation in invocations(): invocation.respond({answer!r})")

    async def test() -> None:
        async with url(function) as (_, client):
            response = await client.get("/")
        assert (response.status_code, response.content) == (200, answer)

    run(test())


@pytest.mark.parametrize(("method", "status"), [("HEAD", 200), ("GET", 204), ("GET", 304)])
def test_an_answer_without_a_body_ends_at_once(sandbox: Sandbox, method: str, status: int) -> None:
    function = sandbox.function(
        f"""
        def parts():
            yield prelude({status}, {{"content-length": "7"}}) + SEPARATOR
            wait_for("end")
            yield b"ignored"
        for invocation in invocations():
            invocation.stream(parts())
        """
    )

    async def test() -> None:
        async with url(function) as (_, client):
            response = await client.request(method, "/")
            sandbox.write("end")
            assert (response.status_code, response.content) == (status, b"")
            again = await client.request(method, "/")
            assert (again.status_code, again.content) == (status, b"")

    run(test())


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ('i.report("Function.Broken", "no")', "Function.Broken: no"),
        ('i.report("unhandled", "no")', "Runtime.Unknown: unhandled: no"),
        ("i.report_raw(b'[1]')", "Runtime.Unknown: unhandled: "),
        ("i.report_raw(b'no JSON')", "Runtime.Unknown: unhandled: "),
        ("exit(3)", "Runtime.ExitError: runtime exited: exit status 3"),
        ('i.stream([b"no JSON" + SEPARATOR, b"x"])', "Expected {"),
        ("i.stream([prelude()])", "Expected eight NUL bytes"),
        ("i.stream([])", "Expected eight NUL bytes"),
        ('i.stream([b"x" * 101, b"x"])', "at most 100 bytes"),
        ('i.stream([prelude(200, {"x-amzn-remapped-date": "x"}) + SEPARATOR])', "Expected no header"),
        ('i.respond(b"x" * 2001)', "Function.ResponseSizeTooLarge"),
    ],
)
def test_a_failure_before_the_first_byte_is_502(sandbox: Sandbox, script: str, reason: str) -> None:
    function = sandbox.function(f"for i in invocations(): {script}")

    async def test() -> None:
        async with url(function, Limits(prelude_bytes=100, payload_bytes=2000)) as (service, client):
            response = await client.get("/")
            assert (response.status_code, response.content) == (502, b"Internal Server Error")
            assert await service.log.wait_for(reason)
            assert service.log.find("answered with 502")

    run(test())


@pytest.mark.parametrize(
    ("script", "outcome", "seconds"),
    [
        ("exit(1)", "Runtime.ExitError", PATIENCE_SECONDS),
        ('raise RuntimeError("in the script")', "Runtime.ExitError", PATIENCE_SECONDS),
        ("wait_for('never')", "Sandbox.Timeout", 1),
        ('yield b"x" * 200', "Function.ResponseSizeTooLarge", PATIENCE_SECONDS),
    ],
)
def test_a_failure_in_the_middle_ends_cleanly_with_a_part_of_the_body(
    sandbox: Sandbox, script: str, outcome: str, seconds: float
) -> None:
    function = sandbox.function(
        f"""
        def parts():
            yield prelude() + SEPARATOR
            yield b"part"
            {script}
        for invocation in invocations():
            if invocation.event["rawPath"] == "/fine":
                invocation.stream([prelude() + SEPARATOR, b"fine"])
            else:
                invocation.stream(parts())
        """,
        timeout_seconds=seconds,
    )

    async def test() -> None:
        async with url(function, Limits(streamed_bytes=200)) as (service, client):
            response = await client.get("/")
            assert (response.status_code, response.content) == (200, b"part")
            assert service.invocations[0].outcome == outcome
            assert (await client.get("/fine")).content == b"fine"

    run(test())


def test_error_trailers_fail_the_invocation_and_not_the_answer(sandbox: Sandbox) -> None:
    function = sandbox.function(
        """
        import base64
        body = base64.b64encode(b'{"errorMessage": "halfway"}').decode()
        trailers = {"Lambda-Runtime-Function-Error-Type": "Function.Halfway",
                    "Lambda-Runtime-Function-Error-Body": body}
        for invocation in invocations():
            answer = invocation.stream([prelude() + SEPARATOR, b"part"], trailers=trailers)
            say("answered with", answer.status)
        """
    )

    async def test() -> None:
        async with url(function) as (service, client):
            response = await client.get("/")
            assert (response.status_code, response.content) == (200, b"part")
            assert await service.log.wait_for("answered with 202")
            await service.log.wait_for("Function.Halfway: halfway")
            assert service.invocations[0].outcome == "Function.Halfway"

    run(test())


def test_the_function_runs_on_when_its_client_has_left(sandbox: Sandbox) -> None:
    function = sandbox.function(
        """
        def parts():
            yield prelude() + SEPARATOR
            yield b"first"
            wait_for("client has left")
            for _ in range(100):
                yield b"x" * 10_000
        for invocation in invocations():
            say("answered with", invocation.stream(parts()).status)
        """
    )

    async def test() -> None:
        async with url(function) as (service, client):
            async with client.stream("GET", "/") as response:
                assert await anext(chunks(response)) == b"first"
            busy = await client.get("/")
            assert busy.status_code == 429
            sandbox.write("client has left")
            assert await service.log.wait_for("answered with 202")
            await service.log.wait_for("ran on after its client had left")
            record = service.invocations[0]
            assert (record.outcome, record.client_left) == ("succeeded", True)
            assert record.response_bytes > 1_000_000
            assert (await client.get("/")).status_code == 200  # the same environment
            assert len(service.cold_starts) == 1

    run(test())
