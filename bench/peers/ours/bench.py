"""The synthetic source of the bench, dropped into a copy of the bundle. The prompt is its parameters in JSON."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping

from ..generator import pieces


class SyntheticGeneration:
    usage: Mapping[str, object] = {}

    def __init__(self, parameters: Mapping[str, float]) -> None:
        self._parameters = parameters

    def __aiter__(self) -> AsyncIterator[str]:
        parameters = self._parameters
        return pieces(int(parameters["events"]), int(parameters["size"]), parameters.get("interval_ms", 0))

    async def aclose(self) -> None:
        """Holds nothing."""


class SyntheticSource:
    async def open(self, prompt: str) -> SyntheticGeneration:
        return SyntheticGeneration(json.loads(prompt))


def create_source(environment: Mapping[str, str]) -> SyntheticSource:
    return SyntheticSource()
