"""Tells the answers under way that the process is about to end.

An ASGI server runs its lifespan's shutdown only after every response has ended; a stream has to hear of it earlier.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator


class Shutdown:
    def __init__(self) -> None:
        self._requested = False
        self._listeners: set[Callable[[], object]] = set()

    def request(self) -> None:
        self._requested = True
        for listener in tuple(self._listeners):
            listener()

    @contextlib.contextmanager
    def calls(self, listener: Callable[[], object]) -> Iterator[None]:
        """Calls the listener at the shutdown, or immediately if the shutdown was requested before."""
        self._listeners.add(listener)
        if self._requested:
            listener()
        try:
            yield
        finally:
            self._listeners.discard(listener)
