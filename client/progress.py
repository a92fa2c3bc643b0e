"""A line that says that something is awaited, for as long as nothing has come."""

from __future__ import annotations

import threading
import time
from types import TracebackType
from typing import Self, TextIO

_EVERY_SECONDS = 0.2
_CLEAR_LINE = "\r\x1b[K"


class Progress:
    """Writes to an interactive terminal only. Leaving it, or `stop`, clears the line."""

    def __init__(self, terminal: TextIO) -> None:
        self._terminal = terminal
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._show, name="progress", daemon=True)

    def stop(self) -> None:
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()

    def _show(self) -> None:
        started = time.monotonic()
        while not self._stopped.wait(_EVERY_SECONDS):
            self._terminal.write(f"\rWaiting for the first text ... {time.monotonic() - started:.0f} s")
            self._terminal.flush()
        self._terminal.write(_CLEAR_LINE)
        self._terminal.flush()

    def __enter__(self) -> Self:
        if self._terminal.isatty():
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
