"""A source whose prompt is a JSON list of steps: a string is text, `{"pause": SECONDS}` and so on is an act."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

Step = str | dict[str, Any]

#: What no client may ever see.
SECRET = "arn:aws:bedrock:us-east-1:123456789012:secret"

#: How long `wait_for` waits for its file. What it waits for happens at once, or never.
_PATIENCE_SECONDS = float(os.environ.get("SCRIPTED_PATIENCE_SECONDS", "30"))
_POLL_SECONDS = 0.005


_ERRORS: Mapping[str, type[BaseException]] = {"fail": RuntimeError, "cancel": asyncio.CancelledError}


class ScriptedGeneration:
    def __init__(self, steps: list[Step]) -> None:
        self._steps = steps
        self.usage: Mapping[str, object] = {}

    async def __aiter__(self) -> AsyncIterator[str]:
        for step in self._steps:
            match step:
                case str(text):
                    yield text
                case {"flood": pieces}:
                    for _ in range(pieces):
                        yield "x" * 1000
                case _:
                    await self.act(step)

    async def act(self, step: Mapping[str, Any]) -> None:
        match step:
            case {"pause": seconds}:
                await asyncio.sleep(seconds)
            case {"wait_for": path}:
                await self._wait_for(path)
            case {"block": seconds}:
                time.sleep(seconds)  # noqa: ASYNC251  # the mistake that is rehearsed
            case {"usage": usage}:
                self.usage = usage
            case {"die": status}:
                os._exit(status)
            case {"kill": number}:
                os.kill(os.getpid(), number)
            case _:
                (name,) = step
                raise _ERRORS[name](SECRET)

    async def _wait_for(self, path: str) -> None:
        Path(f"{path}.reached").touch()  # noqa: ASYNC240  # a local file
        give_up = time.monotonic() + _PATIENCE_SECONDS
        while not os.path.exists(path):  # noqa: ASYNC240  # a local file
            if time.monotonic() > give_up:
                raise TimeoutError(f"Expected {path} within {_PATIENCE_SECONDS} s.")
            await self.sleep(_POLL_SECONDS)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    async def aclose(self) -> None:
        """Holds nothing."""


class ScriptedSource:
    async def open(self, prompt: str) -> ScriptedGeneration:
        steps = json.loads(prompt)
        match steps[0]:
            case {"refuse": status}:
                from . import SourceRefused  # type: ignore[attr-defined]  # of the bundle, where this is a source

                raise SourceRefused(status, "Not now.", retry_after_seconds=1)
        return ScriptedGeneration(steps)


def create_source(environment: Mapping[str, str]) -> ScriptedSource:
    return ScriptedSource()
