"""A model that talks fast: so many tokens a second, with the time that each was made in the usage of the last event."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Mapping


class TokenGeneration:
    def __init__(self, tokens: int, per_second: int) -> None:
        self._tokens = tokens
        self._per_second = per_second
        self._made_at: list[int] = []

    @property
    def usage(self) -> Mapping[str, object]:
        return {"made_at": self._made_at}

    async def __aiter__(self) -> AsyncIterator[str]:
        loop = asyncio.get_running_loop()
        began_at = loop.time()
        for number in range(self._tokens):
            await asyncio.sleep(began_at + number / self._per_second - loop.time())
            self._made_at.append(time.monotonic_ns())
            yield f"{number % 1000:03} "

    async def aclose(self) -> None:
        """Holds nothing."""


class TokenSource:
    async def open(self, prompt: str) -> TokenGeneration:
        return TokenGeneration(**json.loads(prompt))


def create_source(environment: Mapping[str, str]) -> TokenSource:
    return TokenSource()
