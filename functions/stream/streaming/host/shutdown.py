"""Tells the answers under way that SIGTERM or SIGINT has come.

An ASGI server runs its lifespan's shutdown only after every response has ended; a stream has to hear of it earlier.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType


class Shutdown:
    def __init__(self) -> None:
        self._requested = False
        self._listeners: set[Callable[[], None]] = set()

    def request(self) -> None:
        self._requested = True
        for listener in tuple(self._listeners):
            listener()

    @contextlib.contextmanager
    def calls(self, listener: Callable[[], None]) -> Iterator[None]:
        self._listeners.add(listener)
        if self._requested:
            listener()
        try:
            yield
        finally:
            self._listeners.discard(listener)

    @contextlib.contextmanager
    def on_signals(self) -> Iterator[None]:
        """Goes in front of the server's own handlers, which still run. Signals reach the main thread only."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        loop = asyncio.get_running_loop()
        with contextlib.ExitStack() as stack:
            for number in (signal.SIGTERM, signal.SIGINT):
                previous = signal.getsignal(number)

                def handle(received: int, frame: FrameType | None, previous: object = previous) -> None:
                    loop.call_soon_threadsafe(self.request)
                    if callable(previous):
                        previous(received, frame)

                signal.signal(number, handle)
                stack.callback(signal.signal, number, previous)
            yield
