"""Sources that follow a script."""

from __future__ import annotations

import asyncio
import itertools
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

from functions.stream.streaming.sources import Generation
from rehearsal.waiting import until

#: A piece of text, an exception to raise, or something to wait for.
Step = str | BaseException | Callable[[], Awaitable[object]]


async def forever() -> None:
    await asyncio.get_running_loop().create_future()


def pause(seconds: float) -> Callable[[], Awaitable[None]]:
    return lambda: asyncio.sleep(seconds)


def until_set(event: threading.Event) -> Callable[[], Awaitable[None]]:
    """For an event that another thread sets."""
    return lambda: until(event.is_set, "the event to be set")


class ScriptedGeneration:
    def __init__(self, *script: Step, usage: Mapping[str, object] | None = None, repeats: bool = False) -> None:
        self._script = itertools.cycle(script) if repeats else script
        self.usage: Mapping[str, object] = usage or {}
        self.closes = 0
        self.closed = threading.Event()

    async def __aiter__(self) -> AsyncIterator[str]:
        for step in self._script:
            if isinstance(step, str):
                yield step
            elif isinstance(step, BaseException):
                raise step
            else:
                await step()

    async def aclose(self) -> None:
        self.closes += 1
        self.closed.set()


class ScriptedSource:
    """Opens generations that all follow the same script; `opening` is a step before each."""

    def __init__(self, *script: Step, usage: Mapping[str, object] | None = None, opening: Step | None = None) -> None:
        self._script = script
        self._usage = usage
        self._opening = opening
        self.prompts: list[str] = []
        self.generations: list[ScriptedGeneration] = []

    async def open(self, prompt: str) -> ScriptedGeneration:
        self.prompts.append(prompt)
        if isinstance(self._opening, BaseException):
            raise self._opening
        if callable(self._opening):
            await self._opening()
        self.generations.append(ScriptedGeneration(*self._script, usage=self._usage))
        return self.generations[-1]

    @property
    def only(self) -> ScriptedGeneration:
        (generation,) = self.generations
        return generation


class SourceOf:
    """Opens the one generation that it is given."""

    def __init__(self, generation: Generation) -> None:
        self._generation = generation

    async def open(self, prompt: str) -> Generation:
        return self._generation


class EchoSource:
    """Answers with the prompt itself, a few characters at a time and never idle."""

    async def open(self, prompt: str) -> ScriptedGeneration:
        steps: list[Step] = []
        for start in range(0, len(prompt), 7):
            steps += [prompt[start : start + 7], pause(0.001)]
        return ScriptedGeneration(*steps)
