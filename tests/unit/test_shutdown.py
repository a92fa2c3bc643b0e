from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Iterator

import pytest

from functions.stream.streaming.answers.shutdown import Shutdown
from functions.stream.streaming.host.signals import on_signals

pytestmark = pytest.mark.anyio

SIGNALS = [signal.SIGTERM, signal.SIGINT]


@pytest.fixture
def received() -> Iterator[list[int]]:
    """Stands where a server's own handlers stand."""
    seen: list[int] = []
    previous = {number: signal.signal(number, lambda received, frame: seen.append(received)) for number in SIGNALS}
    yield seen
    for number, handler in previous.items():
        signal.signal(number, handler)


def test_listener_is_called_when_a_shutdown_is_requested() -> None:
    shutdown, called = Shutdown(), []
    with shutdown.calls(lambda: called.append(1)):
        assert called == []
        shutdown.request()
    assert called == [1]


def test_listener_is_called_at_once_when_the_shutdown_was_requested_before() -> None:
    shutdown, called = Shutdown(), []
    shutdown.request()
    with shutdown.calls(lambda: called.append(1)):
        assert called == [1]


def test_listener_is_not_called_after_it_left() -> None:
    shutdown, called = Shutdown(), []
    with shutdown.calls(lambda: called.append(1)):
        pass
    shutdown.request()
    assert called == []


def test_every_listener_is_called_when_one_leaves_meanwhile() -> None:
    shutdown, called = Shutdown(), []
    second = shutdown.calls(lambda: called.append(2))

    def first() -> None:
        called.append(1)
        second.__exit__(None, None, None)

    with shutdown.calls(first):
        second.__enter__()
        shutdown.request()
    assert sorted(called) == [1, 2]


@pytest.mark.parametrize("number", SIGNALS)
async def test_signal_reaches_the_listeners_and_the_server(number: int, received: list[int]) -> None:
    shutdown, called = Shutdown(), asyncio.Event()
    with on_signals(shutdown.request), shutdown.calls(called.set):
        signal.raise_signal(number)
        await asyncio.wait_for(called.wait(), 10)
    assert received == [number]


async def test_handlers_of_the_server_are_back_afterwards(received: list[int]) -> None:
    shutdown = Shutdown()
    before = [signal.getsignal(number) for number in SIGNALS]
    with on_signals(shutdown.request):
        assert [signal.getsignal(number) for number in SIGNALS] != before
    assert [signal.getsignal(number) for number in SIGNALS] == before
    assert received == []


async def test_signal_reaches_the_listeners_when_there_was_no_handler(received: list[int]) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    shutdown, called = Shutdown(), asyncio.Event()
    with on_signals(shutdown.request), shutdown.calls(called.set):
        signal.raise_signal(signal.SIGTERM)
        await asyncio.wait_for(called.wait(), 10)
    assert received == []


def test_handlers_stay_when_the_server_runs_in_another_thread() -> None:
    before, seen = signal.getsignal(signal.SIGTERM), []

    def serve() -> None:
        with on_signals(Shutdown().request):
            seen.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=serve)
    thread.start()
    thread.join(10)
    assert seen == [before]
