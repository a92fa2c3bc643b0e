from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    #: time.monotonic() of its arrival.
    at: float
    #: `runtime`, `extension/NAME` or `platform`.
    source: str
    text: str


class Log:
    def __init__(self, limit: int) -> None:
        self._lines: deque[Line] = deque(maxlen=limit)
        self._grown = asyncio.Event()

    def __iter__(self) -> Iterator[Line]:
        return iter(tuple(self._lines))

    def write(self, source: str, text: str) -> None:
        self._lines.append(Line(time.monotonic(), source, text))
        self._grown.set()

    def find(self, text: str) -> Line | None:
        return next((line for line in self._lines if text in line.text), None)

    async def wait_for(self, text: str) -> Line:
        while (line := self.find(text)) is None:
            self._grown.clear()
            await self._grown.wait()
        return line
