"""The response of InvokeWithResponseStream, passed on to an HTTP client.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-response-streaming.html
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable

from ..bandwidth import TokenBucket
from ..errors import InvocationFailed
from ..http11 import Exchange
from ..invocation import Invocation
from ..limits import Limits
from ..prelude import BadPrelude, Prelude, PreludeParser
from ..service import LambdaService
from .base import DROPPED, Reply, Responder

_REMAPPED = "x-amzn-remapped-"


class _Client:
    """May leave at any time; the stream is not interrupted by that, it only has no reader any more."""

    def __init__(self, exchange: Exchange, invocation: Invocation) -> None:
        self._exchange = exchange
        self._invocation = invocation
        self._is_listening = True

    async def start(self, prelude: Prelude) -> None:
        headers = [*_headers(prelude), *self._invocation.identity.headers]
        await self._unless_gone(self._exchange.start(prelude.status, headers))
        if self._exchange.method == "HEAD" or prelude.status in {204, 304}:
            await self.end()

    async def send(self, chunk: bytes) -> None:
        if self._is_listening and chunk:
            await self._unless_gone(self._exchange.send(chunk))

    async def end(self) -> None:
        if self._is_listening:
            await self._unless_gone(self._exchange.end())
            self._is_listening = False

    async def refuse(self, reply: Reply) -> None:
        await self._unless_gone(reply.send(self._exchange, *self._invocation.identity.headers))
        self._is_listening = False

    async def _unless_gone(self, sending: Awaitable[None]) -> None:
        try:
            await sending
        except ConnectionError:
            self._is_listening = False
            self._invocation.client_left = True


def streamed(failed: Reply, idle_seconds: float | None = None) -> Responder:
    async def respond(exchange: Exchange, invocation: Invocation, service: LambdaService) -> None:
        client = _Client(exchange, invocation)
        try:
            prelude, chunk = await _prelude(invocation, service.limits)
            await client.start(prelude)
        except (InvocationFailed, BadPrelude) as failure:
            service.log.write("platform", f"{invocation.request_id} answered with {failed.status}: {failure}")
            await client.refuse(failed)
            chunk = b""
        bucket = TokenBucket(service.limits.burst_bytes, service.limits.bytes_per_second, time.monotonic())
        while chunk is not None:
            if delay := bucket.take(len(chunk), time.monotonic()):
                await asyncio.sleep(delay)
            await client.send(chunk)
            chunk = await _next(invocation, client, idle_seconds)
        # A stream that failed ends like one that succeeded: the client cannot tell the two apart.
        await client.end()
        if invocation.client_left:
            service.log.write("platform", f"{invocation.request_id} ran on after its client had left")

    return respond


async def _prelude(invocation: Invocation, limits: Limits) -> tuple[Prelude, bytes | None]:
    """The prelude and what of the body came with it."""
    head = await invocation.head()
    if not head.streaming:
        return Prelude(), await invocation.payload()  # verbatim, even if it is an HTTP answer as JSON
    if not head.has_prelude:
        return Prelude(), b""
    parser = PreludeParser(limits.prelude_bytes)
    while (chunk := await invocation.read()) is not None:
        if parsed := parser.feed(chunk):
            return parsed
    raise invocation.failure or BadPrelude("Expected eight NUL bytes after a JSON object, got the end")


async def _next(invocation: Invocation, client: _Client, idle_seconds: float | None) -> bytes | None:
    try:
        async with asyncio.timeout(idle_seconds):
            return await invocation.read()
    except TimeoutError:
        await client.end()
        return await invocation.read()


def _headers(prelude: Prelude) -> list[tuple[str, str]]:
    """The length of the body is not known to the front end, only to the function."""
    headers = []
    for name, value in prelude.headers:
        if name.startswith(_REMAPPED):
            raise BadPrelude(f"Expected no header of the platform's own, got {name!r}; remove it")
        if name in {"connection", "content-length"}:
            headers.append((_REMAPPED + name, value))
        elif name not in DROPPED:
            headers.append((name, value))
    return headers
