"""The synthetic source of the bench, dropped into a copy of the bundle."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

from .generator import chunks


class SyntheticGeneration:
    usage: Mapping[str, object] = {}

    def __init__(self, prompt: str) -> None:
        self._prompt = prompt

    def __aiter__(self) -> AsyncIterator[str]:
        return chunks(self._prompt)

    async def aclose(self) -> None:
        """Holds nothing."""


class SyntheticSource:
    async def open(self, prompt: str) -> SyntheticGeneration:
        return SyntheticGeneration(prompt)


def create_source(environment: Mapping[str, str]) -> SyntheticSource:
    return SyntheticSource()
