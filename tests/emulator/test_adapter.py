"""The real Lambda Web Adapter in front of a real server.

https://github.com/aws/aws-lambda-web-adapter
"""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from rehearsal.emulator.front_ends.api_gateway import http_api, rest_api
from rehearsal.emulator.front_ends.function_url import function_url
from rehearsal.emulator.function import Function
from rehearsal.emulator.limits import Limits
from rehearsal.emulator.service import LambdaService
from rehearsal.waiting import PATIENCE_SECONDS
from tests.emulator.support import Sandbox, run
from tests.support.adapter import adapter_or_skip
from tools.local import free_port

APPLICATION = """
import asyncio, os, pathlib
from starlette.applications import Starlette
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

METHODS = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]

async def wait_for(name):
    while not pathlib.Path(os.environ["SHARED"], name).exists():
        await asyncio.sleep(0.005)

async def stream(request):
    async def events():
        yield "data: eins\\n\\n"
        await wait_for("first")
        if request.query_params.get("fails"):
            raise RuntimeError("in the middle")
        for number in range(int(request.query_params.get("events", "1"))):
            yield f"data: zw\\u00f6lf {number}\\n\\n"
        print("stream complete", flush=True)
    return StreamingResponse(events(), media_type="text/event-stream")

async def echo(request):
    body = await request.body()
    answer = JSONResponse({
        "method": request.method,
        "path": request.scope["raw_path"].decode(),
        "query": request.scope["query_string"].decode(),
        "headers": dict(request.headers),
        "body": body.hex(),
    }, 201)
    answer.set_cookie("a", "1")
    answer.set_cookie("b", "2")
    return answer

async def empty(request):
    return Response(status_code=204)

async def redirect(request):
    return RedirectResponse("/elsewhere", 302)

app = Starlette(routes=[
    Route("/stream", stream), Route("/empty", empty), Route("/redirect", redirect),
    Route("/{path:path}", echo, methods=METHODS),
])
"""


@pytest.fixture
def function(sandbox: Sandbox) -> Function:
    return deploy(sandbox, "response_stream")


def deploy(sandbox: Sandbox, mode: str) -> Function:
    task, extensions = sandbox.root / "task", sandbox.root / "opt/extensions"
    for folder in (task, extensions, sandbox.shared):
        folder.mkdir(parents=True)
    shutil.copy(adapter_or_skip().path, extensions / "lambda-adapter")
    (task / "app.py").write_text(APPLICATION)
    (task / "run.sh").write_text('#!/bin/sh\nexec "$1" -m uvicorn --port "$AWS_LWA_PORT" app:app\n')
    (task / "run.sh").chmod(0o755)
    return Function(
        name="rehearsed",
        task_root=task,
        opt_root=sandbox.root / "opt",
        handler="app.app",
        interpreter=Path(sys.executable),
        timeout_seconds=PATIENCE_SECONDS,
        environment={
            "AWS_LAMBDA_EXEC_WRAPPER": "/var/task/run.sh",
            "AWS_LWA_INVOKE_MODE": mode,
            "AWS_LWA_PORT": str(free_port()),
            "PYTHONPATH": "/var/task",
            "SHARED": str(sandbox.shared),
        },
    )


@asynccontextmanager
async def served(
    function: Function, front_end: Any, limits: Limits | None = None, **options: Any
) -> AsyncIterator[tuple[LambdaService, httpx.AsyncClient]]:
    async with (
        asyncio.timeout(PATIENCE_SECONDS),
        LambdaService(function, limits) as service,
        front_end(service, **options) as address,
        httpx.AsyncClient(base_url=address, timeout=PATIENCE_SECONDS) as client,
    ):
        yield service, client


def streaming(function: Function, limits: Limits | None = None) -> Any:
    return served(function, function_url, limits, streaming=True)


def test_events_arrive_while_the_application_still_runs(function: Function, sandbox: Sandbox) -> None:
    async def test() -> None:
        async with streaming(function) as (service, client), client.stream("GET", "/stream") as response:
            assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
            received = response.aiter_raw()
            assert await anext(received) == b"data: eins\n\n"
            sandbox.write("first")
            assert [chunk async for chunk in received] == ["data: zwölf 0\n\n".encode()]
            cold = service.cold_starts[0]
            assert 0 < (cold.extensions_registered or 0) < (cold.runtime_ready or 0)

    run(test())


REQUESTS: list[tuple[str, str, dict[str, Any]]] = [
    ("GET", "/", {}),
    ("GET", "/a%2Fb/c%20d/%C3%A9?q=a+b&q=%C3%A9&empty=", {}),
    ("POST", "/chat", {"json": {"text": "zwölf"}}),
    ("POST", "/form?x=1", {"data": {"text": "zwölf"}}),
    ("PATCH", "/x", {"content": b"x", "headers": {"content-type": "text/plain"}}),
    ("DELETE", "/x?y=1", {}),
    ("OPTIONS", "/x", {}),
]
BINARY = ("PUT", "/bytes", {"content": bytes(range(256))})


async def check_echo(client: httpx.AsyncClient, method: str, target: str, options: dict[str, Any]) -> None:
    request = client.build_request(method, target, **options)
    sent = await request.aread()
    response = await client.send(request)
    got = response.json()
    path, _, query = target.partition("?")
    # An event that the adapter does not understand becomes POST /events.
    assert (response.status_code, got["method"], got["path"]) == (201, method, path)
    # Of a REST API it gets the query as a map: the order of the names is lost.
    assert sorted(got["query"].split("&")) == sorted(query.split("&"))
    assert bytes.fromhex(got["body"]) == sent
    assert got["headers"]["host"].endswith((".on.aws", ".amazonaws.com"))
    assert [cookie[:3] for cookie in response.headers.get_list("set-cookie")] == ["a=1", "b=2"]
    client.cookies.clear()


def test_the_adapter_understands_a_function_url(function: Function) -> None:
    async def test() -> None:
        async with streaming(function) as (_, client):
            for method, target, options in [*REQUESTS, BINARY]:
                await check_echo(client, method, target, options)
            got = (await client.get("/", headers={"cookie": "a=1; b=2"})).json()
            assert got["headers"]["cookie"] == "a=1;b=2"

    run(test())


def test_the_adapter_understands_a_rest_api(function: Function) -> None:
    async def test() -> None:
        async with served(function, rest_api) as (_, client):
            for method, target, options in REQUESTS:
                await check_echo(client, method, target, options)

    run(test())


def test_the_adapter_understands_an_http_api(sandbox: Sandbox) -> None:
    async def test() -> None:
        async with served(deploy(sandbox, "buffered"), http_api) as (_, client):
            for method, target, options in [*REQUESTS, BINARY]:
                if "%" not in target:
                    await check_echo(client, method, target, options)
            # The path came decoded, and the adapter encodes what it must: %2F is lost.
            assert (await client.get("/a%2Fb/c%20d")).json()["path"] == "/a/b/c%20d"

    run(test())


def test_a_buffered_function_url_with_a_buffering_adapter(sandbox: Sandbox) -> None:
    async def test() -> None:
        async with served(deploy(sandbox, "buffered"), function_url, streaming=False) as (_, client):
            await check_echo(client, *BINARY)

    run(test())


@pytest.mark.parametrize("front_end", [http_api, partial(function_url, streaming=False)])
def test_a_streaming_adapter_behind_a_buffered_front_end_fails(function: Function, front_end: Any) -> None:
    async def test() -> None:
        async with served(function, front_end) as (service, client):
            assert (await client.get("/")).is_server_error
            assert service.log.find("AWS_LWA_INVOKE_MODE=buffered")

    run(test())


@pytest.mark.parametrize(
    ("method", "path", "status"), [("HEAD", "/", 201), ("GET", "/empty", 204), ("GET", "/redirect", 302)]
)
def test_an_answer_without_a_body_ends(function: Function, method: str, path: str, status: int) -> None:
    async def test() -> None:
        async with streaming(function) as (_, client):
            for _ in range(2):
                response = await client.request(method, path)
                assert (response.status_code, response.content) == (status, b"")

    run(test())


def test_the_application_runs_on_when_its_client_has_left(function: Function, sandbox: Sandbox) -> None:
    async def test() -> None:
        async with streaming(function) as (service, client):
            async with client.stream("GET", "/stream?events=100") as response:
                assert await anext(response.aiter_raw()) == b"data: eins\n\n"
            assert (await client.get("/")).status_code == 429
            sandbox.write("first")
            assert await service.log.wait_for("stream complete")
            assert await service.log.wait_for("ran on after its client had left")
            assert service.invocations[0].client_left
            assert (await client.get("/")).status_code == 201

    run(test())


def test_an_exception_in_the_middle_becomes_a_part_of_the_body(function: Function, sandbox: Sandbox) -> None:
    """The runtime client writes its error trailers into the body and ends it like a complete one."""

    async def test() -> None:
        async with streaming(function) as (service, client):
            await service.warm()
            sandbox.write("first")
            response = await client.get("/stream?fails=1")
            assert response.status_code == 200
            assert response.content.startswith(b"data: eins\n\n")
            assert b"Runtime.StreamError" in response.content
            assert service.invocations[0].outcome == "succeeded"

    run(test())


def test_a_shutdown_in_the_middle_ends_the_stream_and_a_fresh_environment_serves(function: Function) -> None:
    async def test() -> None:
        async with streaming(function) as (service, client):
            async with client.stream("GET", "/stream") as response:
                received = response.aiter_raw()
                assert await anext(received) == b"data: eins\n\n"
                stopping = asyncio.ensure_future(service.shut_down())
                async for chunk in received:
                    assert b"zw" not in chunk
                await stopping
            assert service.log.find("SIGTERM to the runtime")
            assert (await client.get("/")).status_code == 201
            assert len(service.cold_starts) == 2

    run(test())
