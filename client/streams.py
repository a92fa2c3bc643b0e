"""The library: `for event in stream(url, prompt)` and its twin `async for event in astream(url, prompt)`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from types import TracebackType
from typing import Literal, Self, TypedDict, Unpack

from .call import Call, Retries, Signing, Timeouts
from .events import Event
from .exchange import Exchange
from .transport import aevents_of, events_of


class Options(TypedDict, total=False):
    """See Call for what each is and does when it is left out."""

    method: Literal["POST", "GET"]
    headers: Mapping[str, str]
    signing: Signing | None
    timeouts: Timeouts
    retries: Retries


class _Stream:
    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    @property
    def stream_id(self) -> str | None:
        """Of the service's log lines; known from the first event on."""
        return self._exchange.stream_id

    @property
    def first_byte_seconds(self) -> float | None:
        """From the request that was answered to the first byte of its answer."""
        return self._exchange.first_byte_seconds


class EventStream(_Stream, Iterator[Event]):
    def __init__(self, exchange: Exchange) -> None:
        super().__init__(exchange)
        self._events = events_of(exchange)

    def __next__(self) -> Event:
        return next(self._events)

    def close(self) -> None:
        self._events.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class AsyncEventStream(_Stream, AsyncIterator[Event]):
    def __init__(self, exchange: Exchange) -> None:
        super().__init__(exchange)
        self._events = aevents_of(exchange)

    async def __anext__(self) -> Event:
        return await anext(self._events)

    async def aclose(self) -> None:
        await self._events.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()


def stream(url: str, prompt: str, **options: Unpack[Options]) -> EventStream:
    """Iterates the events, the last of which is Complete; raises a StreamError for every other end.

    `url` is the endpoint, or the service's root. Nothing is sent before the first event is asked for. `with stream(...)
    as events:` closes the connection on every way out, and so does reading to the end. Raises ValueError for a URL that
    is none.
    """
    return EventStream(Exchange(Call(url=url, prompt=prompt, **options)))


def astream(url: str, prompt: str, **options: Unpack[Options]) -> AsyncEventStream:
    """The same for asyncio: `async with astream(...) as events:` and `async for event in events:`."""
    return AsyncEventStream(Exchange(Call(url=url, prompt=prompt, **options)))
