"""What every check works with: the deployed functions, and how to serve and read them."""

from __future__ import annotations

import contextlib
import itertools
import shutil
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx

from infra.function.adapter_variables import PORT
from tools.local import free_port

from .emulator import Function, LambdaService, Limits, function_url
from .wire import Stream, read_stream

_SHIPPED = Path(__file__).with_name("shipped")
# Only what hangs is stopped; a busy machine is slow, not broken.
_PATIENCE_SECONDS = 30


class CheckFailed(AssertionError):
    """What was expected, and what was got."""


def expect(holds: object, expected: str, got: object) -> None:
    if not holds:
        raise CheckFailed(f"expected {expected}, got {got!r}")


@dataclass(frozen=True)
class Scene:
    streaming: Function
    buffered: Function
    #: For copies of the bundle.
    folder: Path
    limits: Limits = field(default_factory=Limits)

    def scripted(self, **environment: str) -> Function:
        """The streaming function with a source that does as it is told."""
        copy = self.copy_of(self.streaming)
        shutil.copy(_SHIPPED / "scripted.py", copy.task_root / "streaming" / "sources")
        return with_environment(copy, STREAM_SOURCE="scripted", **environment)

    def careless(self) -> Function:
        copy = self.copy_of(self.streaming)
        shutil.copy(_SHIPPED / "careless.py", copy.task_root)
        return replace(copy, handler="careless.app")

    def copy_of(self, function: Function) -> Function:
        task_root = self.folder / f"copy-{len(list(self.folder.iterdir()))}"
        shutil.copytree(function.task_root, task_root)
        return replace(function, task_root=task_root)


def with_environment(function: Function, **environment: str) -> Function:
    return replace(function, environment={**function.environment, **environment})


@dataclass(frozen=True)
class Arrival:
    seconds: float
    part: bytes


@dataclass(frozen=True)
class Received:
    status: int
    headers: Mapping[str, str]
    arrivals: list[Arrival]
    seconds: float

    @property
    def body(self) -> bytes:
        return b"".join(arrival.part for arrival in self.arrivals)

    @property
    def first_byte_seconds(self) -> float:
        return self.arrivals[0].seconds if self.arrivals else self.seconds

    @property
    def stream(self) -> Stream:
        try:
            return read_stream(self.body)
        except AssertionError as error:
            raise CheckFailed(str(error)) from error


@contextlib.asynccontextmanager
async def serving(
    function: Function, limits: Limits | None = None
) -> AsyncIterator[tuple[LambdaService, httpx.AsyncClient]]:
    """The function behind its URL. Environments share this machine, so each service gets a port of its own."""
    service = LambdaService(with_environment(function, **{PORT: str(free_port())}), limits)
    async with service, function_url(service, streaming=True) as address, client_of(address) as client:
        yield service, client


def client_of(address: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=address, timeout=_PATIENCE_SECONDS, trust_env=False)


async def receive(client: httpx.AsyncClient, prompt: str, *, verb: str = "POST", **options: Any) -> Received:
    """One stream, with the time at which each part of it arrived."""
    asked = {"params": {"input": prompt}} if verb == "GET" else {"json": {"input": prompt}}
    return await receive_any(client, verb, "/stream", **asked, **options)


async def receive_any(client: httpx.AsyncClient, verb: str, path: str, **options: Any) -> Received:
    started = time.monotonic()
    arrivals: list[Arrival] = []
    async with client.stream(verb, path, **options) as response:
        with contextlib.suppress(httpx.RemoteProtocolError):  # a connection that ends early is a short body
            async for part in response.aiter_raw():
                arrivals.append(Arrival(time.monotonic() - started, part))
    return Received(response.status_code, response.headers, arrivals, time.monotonic() - started)


def words(count: int) -> str:
    return " ".join(f"wört{number}" for number in range(count))


def milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"


def spread(times: list[float]) -> Iterator[float]:
    return (later - earlier for earlier, later in itertools.pairwise(times))
