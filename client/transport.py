"""Performs the steps of an exchange over HTTP, blocking and for asyncio. Every decision is the exchange's."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, Generator, Iterator

import httpx
from httpx_sse import ServerSentEvent

from .decoding import aserver_sent_events, server_sent_events
from .environment import client_options
from .events import Event
from .exchange import Exchange, NextEvent, Pause, ReadBody, Run, Send


def events_of(exchange: Exchange) -> Generator[Event, None, None]:
    with (
        httpx.Client(**client_options(exchange.url)) as client,
        contextlib.closing(_Connection(client)) as connection,
    ):
        while (step := exchange.step) is not None:
            if isinstance(step, Event):
                yield step
                exchange.learn(None)
                continue
            try:
                result = connection.perform(step)
            except httpx.HTTPError as error:
                exchange.fail(error)
            else:
                exchange.learn(result)


async def aevents_of(exchange: Exchange) -> AsyncGenerator[Event, None]:
    async with (
        httpx.AsyncClient(**client_options(exchange.url)) as client,
        contextlib.aclosing(_AsyncConnection(client)) as connection,
    ):
        while (step := exchange.step) is not None:
            if isinstance(step, Event):
                yield step
                exchange.learn(None)
                continue
            try:
                result = await connection.perform(step)
            except httpx.HTTPError as error:
                exchange.fail(error)
            else:
                exchange.learn(result)


class _Connection:
    def __init__(self, client: httpx.Client) -> None:
        self._client = client
        self._response: httpx.Response | None = None
        self._events: Iterator[ServerSentEvent] = iter(())

    def perform(self, step: Run | Pause | Send | ReadBody | NextEvent) -> object:
        match step:
            case Run(function):
                function()
            case Pause(seconds):
                time.sleep(seconds)
            case Send(request):
                self.close()
                self._response = self._client.send(request, stream=True)
                self._events = server_sent_events(self._response.iter_bytes())
                return self._response
            case ReadBody(response):
                response.read()
            case _:
                return next(self._events, None)
        return None

    def close(self) -> None:
        if self._response is not None:
            self._response.close()


class _AsyncConnection:
    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client
        self._response: httpx.Response | None = None
        self._events: AsyncGenerator[ServerSentEvent, None]

    async def perform(self, step: Run | Pause | Send | ReadBody | NextEvent) -> object:
        match step:
            case Run(function):
                await asyncio.to_thread(function)
            case Pause(seconds):
                await asyncio.sleep(seconds)
            case Send(request):
                await self.aclose()
                self._response = await self._client.send(request, stream=True)
                self._events = aserver_sent_events(self._response.aiter_bytes())
                return self._response
            case ReadBody(response):
                await response.aread()
            case _:
                return await anext(self._events, None)
        return None

    async def aclose(self) -> None:
        if self._response is not None:
            await self._events.aclose()
            await self._response.aclose()
