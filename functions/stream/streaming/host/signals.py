"""Hands SIGTERM and SIGINT to the application before the server handles them."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType


@contextlib.contextmanager
def on_signals(listener: Callable[[], object]) -> Iterator[None]:
    """Calls the listener in the running loop, and then the handlers that were there before.

    Signals reach the main thread only; in any other thread this does nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    with contextlib.ExitStack() as stack:
        for number in (signal.SIGTERM, signal.SIGINT):
            previous = signal.getsignal(number)

            def handle(received: int, frame: FrameType | None, previous: object = previous) -> None:
                loop.call_soon_threadsafe(listener)
                if callable(previous):
                    previous(received, frame)

            signal.signal(number, handle)
            stack.callback(signal.signal, number, previous)
        yield
