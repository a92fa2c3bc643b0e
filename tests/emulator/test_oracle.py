"""The same streams through this emulator and through an independent one.

https://www.cargo-lambda.info/commands/watch.html
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import httpx
import pytest

from rehearsal.emulator.function import Function
from rehearsal.waiting import PATIENCE_SECONDS
from tests.emulator.support import Sandbox, run, url
from tools.local import free_port

SEARCH_PATH = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
CARGO_LAMBDA = shutil.which("cargo-lambda", path=SEARCH_PATH) or ""
Emulator = Callable[[Function, Sandbox], AbstractAsyncContextManager[httpx.AsyncClient]]
MANIFEST = '[package]\nname = "f"\nversion = "0.1.0"\n\n[[bin]]\nname = "f"\npath = "main.rs"\n'


@asynccontextmanager
async def emulated(function: Function, sandbox: Sandbox) -> AsyncIterator[httpx.AsyncClient]:
    async with url(function) as (_, client):
        yield client


@asynccontextmanager
async def watched(function: Function, sandbox: Sandbox) -> AsyncIterator[httpx.AsyncClient]:
    """cargo-lambda starts no processes and wants a project, if only a pretended one."""
    project = sandbox.root / "project"
    project.mkdir()
    (project / "Cargo.toml").write_text(MANIFEST)
    (project / "main.rs").write_text("fn main() {}\n")
    authority = f"127.0.0.1:{free_port()}"
    host, _, port = authority.partition(":")
    options = ["--only-lambda-apis", "--offline", "-A", host, "-P", port]
    environment = {"AWS_LAMBDA_RUNTIME_API": f"{authority}/.rt/f", "SHARED": str(sandbox.shared)}
    async with (
        child([CARGO_LAMBDA, "lambda", "watch", *options], project, {**os.environ, "PATH": SEARCH_PATH}),
        asyncio.timeout(PATIENCE_SECONDS),
    ):
        await listening(host, int(port))
        async with (
            child(function.command, function.task_root, environment),
            httpx.AsyncClient(base_url=f"http://{authority}/lambda-url/f/", timeout=PATIENCE_SECONDS) as client,
        ):
            yield client


@asynccontextmanager
async def child(command: Sequence[str], folder: Path, environment: dict[str, str]) -> AsyncIterator[None]:
    quiet = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(
        *command, cwd=folder, env=environment, stdin=quiet, stdout=quiet, stderr=quiet
    )
    try:
        yield
    finally:
        process.kill()
        await process.wait()


async def listening(host: str, port: int) -> None:
    while True:
        try:
            _, writer = await asyncio.open_connection(host, port)
        except ConnectionError:
            await asyncio.sleep(0.02)
        else:
            writer.close()
            await writer.wait_closed()
            return


NEEDS_CARGO = pytest.mark.skipif(
    not (CARGO_LAMBDA and shutil.which("cargo")),
    reason="cargo-lambda, and the cargo it asks for, are missing",
)
pytestmark = pytest.mark.parametrize("emulator", [emulated, pytest.param(watched, marks=NEEDS_CARGO)])


def test_chunks_are_passed_on_one_by_one(sandbox: Sandbox, emulator: Emulator) -> None:
    function = sandbox.function(
        """
        def parts():
            yield prelude(200, {"content-type": "text/event-stream"})
            yield SEPARATOR
            for number in range(3):
                yield f"data: zw\\u00f6lf {number}\\n\\n".encode()
                wait_for(f"received {number}")
        for invocation in invocations():
            invocation.stream(parts())
        """
    )

    async def test() -> None:
        async with emulator(function, sandbox) as client, client.stream("GET", "stream") as response:
            assert response.headers["content-type"] == "text/event-stream"
            received: list[str] = []
            async for chunk in response.aiter_raw():
                sandbox.write(f"received {len(received)}")  # only now is the next one sent
                received.append(chunk.decode())
            assert received == [f"data: zwölf {number}\n\n" for number in range(3)]

    run(test())


def test_the_prelude_becomes_the_head(sandbox: Sandbox, emulator: Emulator) -> None:
    function = sandbox.function(
        """
        for invocation in invocations():
            head = prelude(418, {"x-one": "1", "content-type": "text/plain"}, ["a=1; Secure", "b=2"])
            invocation.stream([head, SEPARATOR, b"body"])
        """
    )

    async def test() -> None:
        async with emulator(function, sandbox) as client:
            response = await client.get("teapot")
        assert (response.status_code, response.content) == (418, b"body")
        assert (response.headers["x-one"], response.headers["content-type"]) == ("1", "text/plain")
        assert response.headers.get_list("set-cookie") == ["a=1; Secure", "b=2"]

    run(test())


def test_bytes_are_not_touched(sandbox: Sandbox, emulator: Emulator) -> None:
    function = sandbox.function(
        """
        content = bytes(range(256)) * 100
        for invocation in invocations():
            chunks = [content[:1], content[1:7777], content[7777:], SEPARATOR]
            invocation.stream([prelude(), SEPARATOR, *chunks])
        """
    )

    async def test() -> None:
        async with emulator(function, sandbox) as client:
            assert (await client.get("bytes")).content == bytes(range(256)) * 100 + bytes(8)

    run(test())


def test_the_event_tells_the_request(sandbox: Sandbox, emulator: Emulator) -> None:
    function = sandbox.function(
        """
        for invocation in invocations():
            told = json.dumps(invocation.event).encode()
            invocation.stream([prelude(200, {"content-type": "application/json"}), SEPARATOR, told])
        """
    )

    async def test() -> None:
        async with emulator(function, sandbox) as client:
            headers = {"cookie": "a=1; b=2", "x-one": "1"}
            got = (await client.post("a%20b?q=a+b&r=2", json={"text": "zwölf"}, headers=headers)).json()
        assert (got["version"], got["requestContext"]["http"]["method"]) == ("2.0", "POST")
        assert (got["rawPath"], got["rawQueryString"]) == ("/a%20b", "q=a+b&r=2")
        assert got["queryStringParameters"] == {"q": "a b", "r": "2"}
        assert got["cookies"] == ["a=1", "b=2"]
        assert (got["headers"]["x-one"], got["headers"]["content-type"]) == ("1", "application/json")
        assert (got["isBase64Encoded"], got["body"]) == (False, '{"text":"zwölf"}')

    run(test())
