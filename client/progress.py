"""A line on the terminal that says how long the first text has been awaited."""

from __future__ import annotations

import threading
import time
from types import TracebackType
from typing import Self, TextIO

_EVERY_SECONDS = 0.2
_CLEAR_LINE = "\r\x1b[K"


class Progress:
    """The line, written to an interactive terminal only. `stop` and leaving the `with` block clear it."""

    def __init__(self, terminal: TextIO | None) -> None:
        self._is_shown = terminal is not None and terminal.isatty()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._show, args=(terminal,), name="progress", daemon=True)

    def stop(self) -> None:
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()

    def _show(self, terminal: TextIO) -> None:
        started = time.monotonic()
        while not self._stopped.wait(_EVERY_SECONDS):
            terminal.write(f"\rWaiting for the first text ... {time.monotonic() - started:.0f} s")
            terminal.flush()
        terminal.write(_CLEAR_LINE)
        terminal.flush()

    def __enter__(self) -> Self:
        if self._is_shown:
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
