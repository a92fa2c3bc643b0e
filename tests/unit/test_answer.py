from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field

import pytest

from functions.stream.streaming.answers import answer as answers
from functions.stream.streaming.answers.answer import Answer
from functions.stream.streaming.answers.buffer import FrameBuffer
from functions.stream.streaming.answers.endings import DEADLINE, INTERNAL, SHUTDOWN, Ending
from functions.stream.streaming.answers.shutdown import Shutdown
from functions.stream.streaming.sources import SourceFailed
from tests.support.clock import now, run_on_virtual_clock
from tests.support.logs import JsonLog
from tests.support.sources import ScriptedGeneration, SourceOf, forever, pause


@dataclass
class Run:
    """One answer on a virtual clock, and what came of it."""

    generation: ScriptedGeneration
    seconds_left: float = float("inf")
    shutdown: Shutdown = field(default_factory=Shutdown)
    frames: list[str] = field(default_factory=list)
    ending: Ending | None = None
    seconds: float = 0

    @contextlib.asynccontextmanager
    async def entered(self) -> AsyncIterator[Answer]:
        buffer = FrameBuffer(frame_characters=100, frame_seconds=0.04)
        source = SourceOf(self.generation)
        async with Answer(source, "prompt", buffer, seconds_left=self.seconds_left, shutdown=self.shutdown) as answer:
            yield answer

    async def _read(self) -> None:
        async with self.entered() as answer:
            self.frames += [frame async for frame in answer]
            self.ending = answer.ending
        self.seconds = now()

    def to_the_end(self) -> Run:
        run_on_virtual_clock(self._read())
        return self


def test_answer_is_complete_with_the_usage_when_the_source_ends() -> None:
    run = Run(ScriptedGeneration("a", pause(1), "b", usage={"tokens": 2})).to_the_end()
    assert run.frames == ["a", "b"]
    assert run.ending == Ending.complete({"tokens": 2})
    assert run.generation.closes == 1


def test_answer_is_complete_and_empty_when_the_source_says_nothing() -> None:
    run = Run(ScriptedGeneration()).to_the_end()
    assert (run.frames, run.ending, run.generation.closes) == ([], Ending.complete({}), 1)


def test_answer_ends_with_the_source_s_code_and_keeps_its_text_when_the_source_fails(json_log: JsonLog) -> None:
    run = Run(ScriptedGeneration("a", pause(1), "b", SourceFailed("throttled", "Later."))).to_the_end()
    assert run.frames == ["a", "b"]
    assert run.ending == Ending.error("throttled", "Later.")
    assert run.generation.closes == 1
    assert "SourceFailed: Later." in json_log.find("The source broke off.")[0]["exception"]


def test_answer_ends_with_an_internal_error_when_the_source_raises_anything_else(json_log: JsonLog) -> None:
    run = Run(ScriptedGeneration("a", RuntimeError("secret"))).to_the_end()
    assert run.frames == ["a"]
    assert run.ending == INTERNAL
    assert run.generation.closes == 1
    assert "RuntimeError: secret" in json_log.find("The source raised what no source should.")[0]["exception"]


def test_answer_ends_at_the_deadline_when_the_source_is_silent() -> None:
    run = Run(ScriptedGeneration("a", forever), seconds_left=7).to_the_end()
    assert (run.frames, run.ending, run.seconds) == (["a"], DEADLINE, 7)
    assert run.generation.closes == 1


def test_answer_ends_at_the_deadline_when_the_source_keeps_talking() -> None:
    script = [step for _ in range(100) for step in ("a", pause(1))]
    run = Run(ScriptedGeneration(*script), seconds_left=7.5).to_the_end()
    assert (run.frames, run.ending, run.seconds) == (["a"] * 8, DEADLINE, 7.5)
    assert run.generation.closes == 1


def test_source_is_asked_for_no_more_when_the_answer_has_ended_and_its_reader_is_slow() -> None:
    asked = []

    async def ask() -> None:
        asked.append(now())

    async def main() -> None:
        script = [step for _ in range(100) for step in (pause(1), ask, "a")]
        async with Run(ScriptedGeneration(*script), seconds_left=7.5).entered() as answer:
            assert await anext(aiter(answer)) == "a"
            await asyncio.sleep(60)

    run_on_virtual_clock(main())
    assert asked == [1, 2, 3, 4, 5, 6, 7]


def test_source_is_closed_at_the_deadline_when_the_reader_is_stuck() -> None:
    async def main() -> int:
        run = Run(ScriptedGeneration(*["a" * 100] * 100, forever), seconds_left=7)
        async with run.entered():
            await asyncio.sleep(60)
            return run.generation.closes

    assert run_on_virtual_clock(main()) == 1


def test_answer_ends_at_once_when_the_deadline_has_passed() -> None:
    run = Run(ScriptedGeneration(forever), seconds_left=-5).to_the_end()
    assert (run.ending, run.seconds, run.generation.closes) == (DEADLINE, 0, 1)


def test_answer_ends_when_a_shutdown_is_requested() -> None:
    shutdown = Shutdown()

    async def stop() -> None:
        shutdown.request()

    run = Run(ScriptedGeneration("a", pause(1), stop, forever), shutdown=shutdown).to_the_end()
    assert (run.frames, run.ending, run.seconds) == (["a"], SHUTDOWN, 1)
    assert run.generation.closes == 1


def test_answer_ends_at_once_when_the_shutdown_came_before_it() -> None:
    shutdown = Shutdown()
    shutdown.request()
    run = Run(ScriptedGeneration(forever), shutdown=shutdown).to_the_end()
    assert (run.ending, run.generation.closes) == (SHUTDOWN, 1)


def test_first_ending_stays_when_others_follow() -> None:
    async def main() -> Ending | None:
        async with Run(ScriptedGeneration(forever)).entered() as answer:
            answer.end(DEADLINE)
            answer.end(SHUTDOWN)
            return answer.ending

    assert run_on_virtual_clock(main()) == DEADLINE


def test_source_is_closed_when_the_reader_leaves() -> None:
    async def main() -> int:
        run = Run(ScriptedGeneration("a", forever))
        async with run.entered() as answer:
            assert await anext(aiter(answer)) == "a"
        return run.generation.closes

    assert run_on_virtual_clock(main()) == 1


def test_source_is_closed_when_the_reader_raises() -> None:
    async def main() -> int:
        run = Run(ScriptedGeneration("a", forever))
        with pytest.raises(OSError, match="gone"):
            async with run.entered():
                raise OSError("gone")
        return run.generation.closes

    assert run_on_virtual_clock(main()) == 1


def test_source_is_closed_when_the_reader_is_cancelled() -> None:
    async def main() -> int:
        run = Run(ScriptedGeneration("a", forever))

        async def read() -> None:
            async with run.entered() as answer:
                async for _ in answer:
                    pass

        reading = asyncio.create_task(read())
        await asyncio.sleep(1)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        return run.generation.closes

    assert run_on_virtual_clock(main()) == 1


def test_source_is_closed_when_the_answer_is_left_before_the_source_s_first_step() -> None:
    async def main() -> ScriptedGeneration:
        run = Run(ScriptedGeneration(RuntimeError("never reached")))
        async with run.entered():
            pass
        return run.generation

    assert run_on_virtual_clock(main()).closes == 1


def test_source_is_closed_while_it_waits_for_a_slow_reader() -> None:
    async def main() -> int:
        run = Run(ScriptedGeneration(*["a" * 100] * 100))
        async with run.entered():
            await asyncio.sleep(60)
        return run.generation.closes

    assert run_on_virtual_clock(main()) == 1


def test_answer_stays_complete_when_the_source_fails_to_close(json_log: JsonLog) -> None:
    class Unclosable(ScriptedGeneration):
        async def aclose(self) -> None:
            await super().aclose()
            raise RuntimeError("stuck")

    run = Run(Unclosable("a")).to_the_end()
    assert (run.ending, run.generation.closes) == (Ending.complete({}), 1)
    assert "stuck" in json_log.find("The source failed to close.")[0]["exception"]


def test_request_goes_on_when_the_source_never_finishes_closing(json_log: JsonLog) -> None:
    class Hanging(ScriptedGeneration):
        async def aclose(self) -> None:
            await super().aclose()
            await forever()

    run = Run(Hanging("a")).to_the_end()
    assert (run.ending, run.generation.closes) == (Ending.complete({}), 1)
    assert run.seconds == pytest.approx(answers.CLOSE_SECONDS)
    assert json_log.find(f"The source did not close within {answers.CLOSE_SECONDS} s; it is left behind.")


def test_source_is_closed_when_its_iteration_ignores_cancellation(json_log: JsonLog) -> None:
    closed = asyncio.Event()

    async def deaf() -> None:
        while not closed.is_set():
            with contextlib.suppress(asyncio.CancelledError):
                await closed.wait()

    class Deaf(ScriptedGeneration):
        async def aclose(self) -> None:
            await super().aclose()
            closed.set()

    run = Run(Deaf("a", deaf), seconds_left=1).to_the_end()
    assert (run.ending, run.generation.closes) == (DEADLINE, 1)
    assert run.seconds <= 1 + answers.CLOSE_SECONDS
    assert json_log.find("The source ignores that its iteration is cancelled.")


class Forgetful(ScriptedGeneration):
    """Cannot say what it used."""

    @property
    def usage(self) -> Mapping[str, object]:
        raise RuntimeError("no usage")

    @usage.setter
    def usage(self, usage: Mapping[str, object]) -> None:
        """Takes what it forgets."""


def test_answer_has_no_usage_when_the_source_fails_to_say_it(json_log: JsonLog) -> None:
    run = Run(Forgetful("a")).to_the_end()
    assert (run.frames, run.ending) == (["a"], Ending.complete({}))
    assert "no usage" in json_log.find("The source failed to say what it used.")[0]["exception"]
