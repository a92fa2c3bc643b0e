from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from rehearsal.emulator.front_ends.api_gateway import http_api
from rehearsal.emulator.front_ends.base import Reply
from rehearsal.emulator.front_ends.buffered import BadAnswer, parse_answer
from rehearsal.emulator.function import Function
from rehearsal.emulator.limits import Limits
from rehearsal.emulator.service import LambdaService
from rehearsal.waiting import PATIENCE_SECONDS
from tests.emulator.support import Sandbox, run, url

JSON = ("content-type", "application/json")


@asynccontextmanager
async def api(
    function: Function, limits: Limits | None = None
) -> AsyncIterator[tuple[LambdaService, httpx.AsyncClient]]:
    async with (
        LambdaService(function, limits) as service,
        http_api(service) as address,
        httpx.AsyncClient(base_url=address, timeout=PATIENCE_SECONDS) as client,
    ):
        yield service, client


@pytest.mark.parametrize(
    ("payload", "reply"),
    [
        ({"statusCode": 404, "body": "x"}, Reply(404, b"x", (JSON,))),
        (
            {"statusCode": "201", "headers": {"Content-Type": "a/b"}},
            Reply(201, b"", (("content-type", "a/b"),)),
        ),
        ({"statusCode": 200, "body": "eg==", "isBase64Encoded": True}, Reply(200, b"z", (JSON,))),
        ({"statusCode": 200, "body": "zwölf", "headers": None}, Reply(200, "zwölf".encode(), (JSON,))),
        (
            {"statusCode": 200, "cookies": ["a=1", "b=2"]},
            Reply(200, b"", (JSON, ("set-cookie", "a=1"), ("set-cookie", "b=2"))),
        ),
        (
            {"statusCode": 200, "headers": {"Content-Length": "7", "Connection": "x"}},
            Reply(200, b"", (JSON,)),
        ),
        ({"message": "no status"}, Reply(200, b'{"message": "no status"}', (JSON,))),
        ("text", Reply(200, b'"text"', (JSON,))),
        ([1], Reply(200, b"[1]", (JSON,))),
    ],
)
def test_the_answer_is_described_as_json(payload: Any, reply: Reply) -> None:
    assert parse_answer(json.dumps(payload).encode()) == reply


@pytest.mark.parametrize(
    "payload",
    [
        b"no JSON",
        b'{"statusCode": 200} trailing',
        b'{"statusCode": "x"}',
        b'{"statusCode": 99}',
        b'{"statusCode": 200, "headers": ["x"]}',
        b'{"statusCode": 200, "body": "?", "isBase64Encoded": true}',
    ],
)
def test_anything_else_is_refused(payload: bytes) -> None:
    with pytest.raises(BadAnswer, match="Expected"):
        parse_answer(payload)


ECHO = """
import base64
for invocation in invocations():
    event = invocation.event
    body = event.get("body", "")
    raw = base64.b64decode(body) if event["isBase64Encoded"] else body.encode()
    answer = {"statusCode": 201, "body": base64.b64encode(raw).decode(), "isBase64Encoded": True,
              "headers": {"content-type": "application/octet-stream"}, "cookies": ["a=1; Secure"]}
    invocation.respond(json.dumps(answer).encode())
"""


@pytest.mark.parametrize("content_type", ["application/json", "application/octet-stream"])
def test_a_buffered_function_url_carries_text_and_bytes(sandbox: Sandbox, content_type: str) -> None:
    body = "zwölf".encode() if content_type == "application/json" else bytes(range(256))

    async def test() -> None:
        async with url(sandbox.function(ECHO), streaming=False) as (service, client):
            response = await client.post("/", content=body, headers={"content-type": content_type})
            assert (response.status_code, response.content) == (201, body)
            assert response.headers["set-cookie"] == "a=1; Secure"
            assert response.headers["content-length"] == str(len(body))
            assert response.headers["x-amzn-requestid"] == service.invocations[0].request_id

    run(test())


def test_a_head_request_gets_no_body(sandbox: Sandbox) -> None:
    async def test() -> None:
        async with api(sandbox.function(ECHO)) as (_, client):
            for _ in range(2):
                response = await client.head("/")
                assert (response.status_code, response.content) == (201, b"")

    run(test())


STREAMING = 'for i in invocations(): i.stream([prelude() + SEPARATOR, b"x"])'


def test_a_streamed_response_is_refused_by_a_buffered_function_url(sandbox: Sandbox) -> None:
    async def test() -> None:
        async with url(sandbox.function(STREAMING), streaming=False) as (service, client):
            response = await client.get("/")
            assert (response.status_code, response.content) == (502, b"Internal Server Error")
            assert service.log.find("Expected a buffered response, got a streamed one with a prelude")

    run(test())


@pytest.mark.parametrize(
    "script",
    [STREAMING, "exit(1)", 'for i in invocations(): i.respond(b"no JSON")', "ask().report('A', 'b')"],
)
def test_a_failure_behind_an_http_api_is_500(sandbox: Sandbox, script: str) -> None:
    async def test() -> None:
        async with api(sandbox.function(script)) as (service, client):
            response = await client.get("/")
            assert (response.status_code, response.json()) == (500, {"message": "Internal Server Error"})
            assert service.log.find("answered with 500: ")

    run(test())


def test_an_http_api_does_not_wait_for_ever_and_the_function_runs_on(sandbox: Sandbox) -> None:
    function = sandbox.function(
        """
        invocation = ask()
        wait_for("end")
        say("accepted", invocation.respond(b"late").status)
        ask().respond(b'"in time"')
        ask()
        """
    )

    async def test() -> None:
        async with api(function, Limits(http_api_seconds=0.2)) as (service, client):
            await service.warm()
            response = await client.get("/")
            assert response.headers["connection"] == "close"
            assert (response.status_code, response.json()) == (503, {"message": "Service Unavailable"})
            assert service.invocations[0].outcome == "running"
            sandbox.write("end")
            assert await service.log.wait_for("accepted 202")
            assert service.invocations[0].outcome == "succeeded"

    run(test())


def test_the_function_runs_on_when_its_client_has_left(sandbox: Sandbox) -> None:
    function = sandbox.function(
        """
        invocation = ask()
        say("asked")
        wait_for("client has left")
        say("accepted", invocation.respond(b"1").status)
        ask()
        """
    )

    async def test() -> None:
        async with api(function) as (service, client):
            request = asyncio.ensure_future(client.get("/"))
            await service.log.wait_for("asked")
            request.cancel()
            await asyncio.gather(request, return_exceptions=True)
            sandbox.write("client has left")
            assert await service.log.wait_for("accepted 202")
            await service.log.wait_for("ran on after its client had left")
            record = service.invocations[0]
            assert (record.outcome, record.client_left) == ("succeeded", True)

    run(test())


@pytest.mark.parametrize("size", [1001, 3000])
def test_a_request_of_an_http_api_has_two_limits(sandbox: Sandbox, size: int) -> None:
    limits = Limits(http_api_payload_bytes=2000, payload_bytes=1000)

    async def test() -> None:
        async with api(sandbox.function(ECHO), limits) as (service, client):
            response = await client.post("/", content=bytes(size))
            assert response.status_code == 413
            assert service.invocations == ()

    run(test())
