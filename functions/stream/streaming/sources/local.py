"""The source `local`: an echo of the prompt, five words at a time. Needs no network and no model."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Mapping

_FIVE_WORDS = re.compile(r"\s*(?:\S+\s*){1,5}|\s+")
_PAUSE_SECONDS = 0.05


class LocalGeneration:
    usage: Mapping[str, object] = {}

    def __init__(self, prompt: str) -> None:
        self._chunks = _FIVE_WORDS.findall(prompt)

    async def __aiter__(self) -> AsyncIterator[str]:
        for position, chunk in enumerate(self._chunks):
            if position:
                await asyncio.sleep(_PAUSE_SECONDS)
            yield chunk

    async def aclose(self) -> None:
        """Does nothing, because the generation holds nothing."""


class LocalSource:
    async def open(self, prompt: str) -> LocalGeneration:
        return LocalGeneration(prompt)


def create_source(environment: Mapping[str, str]) -> LocalSource:
    return LocalSource()
