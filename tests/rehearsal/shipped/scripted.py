"""A source whose prompt is a JSON list of steps: a string is text, `{"pause": SECONDS}` and so on is an act."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import AsyncIterator, Mapping

#: What no client may ever see.
SECRET = "arn:aws:bedrock:us-east-1:123456789012:secret"


class ScriptedGeneration:
    usage: Mapping[str, object] = {}

    def __init__(self, steps: list[str | dict[str, float]]) -> None:
        self._steps = steps

    async def __aiter__(self) -> AsyncIterator[str]:
        for step in self._steps:
            match step:
                case str(text):
                    yield text
                case {"pause": seconds}:
                    await asyncio.sleep(seconds)
                case {"block": seconds}:
                    time.sleep(seconds)  # noqa: ASYNC251  # the mistake that is rehearsed
                case {"fail": _}:
                    raise RuntimeError(SECRET)
                case {"die": status}:
                    os._exit(int(status))

    async def aclose(self) -> None:
        """Holds nothing."""


class ScriptedSource:
    async def open(self, prompt: str) -> ScriptedGeneration:
        return ScriptedGeneration(json.loads(prompt))


def create_source(environment: Mapping[str, str]) -> ScriptedSource:
    return ScriptedSource()
