"""The library's two functions: `stream`, which blocks, and `astream`, its counterpart for asyncio."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from types import TracebackType
from typing import Literal, Self

from .call import RETRIES, SIGNING, TIMEOUTS, Call, Retries, Signing, Timeouts
from .events import Event
from .exchange import Exchange
from .transport import aevents_of, events_of


class _Stream:
    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    @property
    def stream_id(self) -> str | None:
        """The id that the service's log lines carry; None before the first event."""
        return self._exchange.stream_id

    @property
    def first_byte_seconds(self) -> float | None:
        """The seconds from sending the request to the head of its answer; None before there is one.

        After a retry they count from the request that was answered.
        """
        return self._exchange.first_byte_seconds


class EventStream(_Stream, Iterator[Event]):
    """The events of one answer, and its connection. Made by `stream`.

    Iterating raises a StreamError for every end but Complete. Leaving the `with` block, `close` and reading to the end
    all close the connection.
    """

    def __init__(self, exchange: Exchange) -> None:
        super().__init__(exchange)
        self._events = events_of(exchange)

    def __next__(self) -> Event:
        return next(self._events)

    def close(self) -> None:
        """Closes the connection. The service may go on with the answer, since Lambda does not learn of it."""
        self._events.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class AsyncEventStream(_Stream, AsyncIterator[Event]):
    """The events of one answer, and its connection, for asyncio. Made by `astream`.

    Iterating raises a StreamError for every end but Complete. Leaving the `async with` block, `aclose` and reading to
    the end all close the connection.
    """

    def __init__(self, exchange: Exchange) -> None:
        super().__init__(exchange)
        self._events = aevents_of(exchange)

    async def __anext__(self) -> Event:
        return await anext(self._events)

    async def aclose(self) -> None:
        """Closes the connection. The service may go on with the answer, since Lambda does not learn of it."""
        await self._events.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()


def stream(
    url: str,
    prompt: str,
    *,
    method: Literal["POST", "GET"] = "POST",
    headers: Mapping[str, str] | None = None,
    signing: Signing | None = SIGNING,
    timeouts: Timeouts = TIMEOUTS,
    retries: Retries = RETRIES,
) -> EventStream:
    """Asks a service for an answer and iterates its events as they arrive.

    The events are Starting, then a Chunk for each chunk of text, and Complete as the last one. The request is sent when
    the first event is asked for.

    Args:
        url: The endpoint of the stream. A URL that ends in a slash, or has no path, is the root of a service, whose
            endpoint is `stream` below it.
        prompt: The text to answer.
        method: "POST" sends the prompt as JSON, "GET" in the query.
        headers: Headers to send along, such as a token. They replace the client's own of the same name.
        signing: How to sign for AWS; None never signs. Hosts that are not AWS's get no signature by default.
        timeouts: How long to wait, in seconds.
        retries: How often to send the request again before anything of its answer has arrived.

    Raises:
        InvalidRequest: At once, for a URL, a prompt or a header that cannot be sent. It is a ValueError too.
        StreamError: While iterating, for every end but Complete; its subclasses tell which.

    Example:
        with stream("http://127.0.0.1:8080/", "Tell me a story.") as events:
            for event in events:
                if isinstance(event, Chunk):
                    print(event.text, end="", flush=True)
    """
    call = Call(
        url=url,
        prompt=prompt,
        method=method,
        headers=headers or {},
        signing=signing,
        timeouts=timeouts,
        retries=retries,
    )
    return EventStream(Exchange(call))


def astream(
    url: str,
    prompt: str,
    *,
    method: Literal["POST", "GET"] = "POST",
    headers: Mapping[str, str] | None = None,
    signing: Signing | None = SIGNING,
    timeouts: Timeouts = TIMEOUTS,
    retries: Retries = RETRIES,
) -> AsyncEventStream:
    """Asks a service for an answer and iterates its events as they arrive, for asyncio.

    Arguments, events and errors are those of `stream`.

    Example:
        async with astream("http://127.0.0.1:8080/", "Tell me a story.") as events:
            async for event in events:
                if isinstance(event, Chunk):
                    print(event.text, end="", flush=True)
    """
    call = Call(
        url=url,
        prompt=prompt,
        method=method,
        headers=headers or {},
        signing=signing,
        timeouts=timeouts,
        retries=retries,
    )
    return AsyncEventStream(Exchange(call))
