"""How a check serves a function and reads its answers."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from infra.function.adapter_variables import PORT
from tools.local import free_port

from .deployment import with_environment
from .emulator import Function, LambdaService, Limits, Line, function_url
from .expectations import CheckFailed
from .waiting import PATIENCE_SECONDS
from .wire import Stream, read_stream

#: Lambda's limits, but ten times its seconds after SIGTERM, in which a busy machine gets as far as a quiet one.
_PATIENT_LIMITS = Limits(runtime_shutdown_seconds=3, shutdown_seconds=20)


@dataclass(frozen=True)
class Received:
    status: int
    headers: Mapping[str, str]
    body: bytes
    #: When the first byte of the body came, or the end of an empty one.
    first_byte_seconds: float
    seconds: float

    @property
    def stream(self) -> Stream:
        try:
            return read_stream(self.body)
        except AssertionError as error:
            raise CheckFailed(str(error)) from error


@contextlib.asynccontextmanager
async def serving(
    function: Function, limits: Limits = _PATIENT_LIMITS
) -> AsyncIterator[tuple[LambdaService, httpx.AsyncClient]]:
    """The function behind its URL."""
    service = LambdaService(with_own_port(function), limits)
    async with service, function_url(service, streaming=True) as address, client_of(address) as client:
        yield service, client


def with_own_port(function: Function) -> Function:
    """Environments share the ports of this machine, so each service gets one of its own."""
    return with_environment(function, **{PORT: str(free_port())})


def client_of(address: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=address, timeout=PATIENCE_SECONDS, trust_env=False)


async def receive(client: httpx.AsyncClient, prompt: str, *, verb: str = "POST", **options: Any) -> Received:
    """Reads one stream to its end; options are those of `receive_any`."""
    asked: dict[str, Any] = {"params": {"input": prompt}} if verb == "GET" else {"json": {"input": prompt}}
    return await receive_any(client, verb, "/stream", **asked, **options)


async def receive_any(
    client: httpx.AsyncClient,
    verb: str,
    path: str,
    *,
    on_part: Callable[[bytes], None] = lambda body: None,
    **options: Any,
) -> Received:
    """Reads one answer to its end; `on_part` gets the body so far, each time that a part of it has come."""
    started = time.monotonic()
    first_byte_seconds = None
    body = b""
    async with client.stream(verb, path, **options) as response:
        with contextlib.suppress(httpx.RemoteProtocolError):  # a connection that ends early is a short body
            async for part in response.aiter_raw():
                first_byte_seconds = first_byte_seconds or time.monotonic() - started
                body += part
                on_part(body)
    seconds = time.monotonic() - started
    return Received(response.status_code, response.headers, body, first_byte_seconds or seconds, seconds)


async def logged(service: LambdaService, text: str) -> Line:
    """Waits for a line of the log that has the text in it. Raises CheckFailed when there is none in time."""
    try:
        return await asyncio.wait_for(service.log.wait_for(text), PATIENCE_SECONDS)
    except TimeoutError:
        lines = [line.text for line in service.log][-5:]
        raise CheckFailed(f"expected {text!r} in the log within {PATIENCE_SECONDS:.0f} s, got {lines!r}") from None


def words(count: int) -> str:
    return " ".join(f"wört{number}" for number in range(count))


def milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"
