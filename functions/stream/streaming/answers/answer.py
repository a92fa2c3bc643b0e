"""One answer, from an opened source to its ending."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Mapping
from functools import partial

from ..host.shutdown import Shutdown
from ..protocols.events import DEADLINE, INTERNAL, SHUTDOWN, Ending
from ..sources import Generation, SourceFailed
from .buffer import FrameBuffer

logger = logging.getLogger(__name__)

#: A source that takes longer than this to let go is logged and left behind, so that it cannot hold the request.
CLOSE_SECONDS = 5


class Answer:
    """Iterates the frames of a text; afterwards `ending` says how it ended.

    Whatever ends an answer (the source, its failure, the deadline, a shutdown) calls `end`, and the first call wins.
    The reader is never cancelled for it, so it always gets to send the last event.
    """

    def __init__(self, generation: Generation, buffer: FrameBuffer) -> None:
        self._generation = generation
        self._buffer = buffer
        self.ending: Ending | None = None

    @property
    def usage(self) -> Mapping[str, object]:
        """What the source has used so far."""
        try:
            return self._generation.usage
        except Exception:
            logger.exception("The source failed to say what it used.")
            return {}

    @property
    def queue_full_seconds(self) -> float:
        return self._buffer.full_seconds

    def end(self, ending: Ending) -> None:
        if self.ending is None:
            self.ending = ending
            self._buffer.close()

    def __aiter__(self) -> AsyncIterator[str]:
        return aiter(self._buffer)

    async def pump(self) -> None:
        try:
            async for piece in self._generation:
                if not await self._buffer.put(piece):
                    return
            self.end(Ending.complete(self._generation.usage))
        except SourceFailed as error:
            logger.exception("The source broke off.")
            self.end(Ending.error(error.code, error.message))
        except Exception:
            logger.exception("The source raised what no source should.")
            self.end(INTERNAL)


@contextlib.asynccontextmanager
async def run_answer(
    generation: Generation, buffer: FrameBuffer, *, seconds_left: float, shutdown: Shutdown
) -> AsyncIterator[Answer]:
    """Pumps the source while entered. Whatever ends the answer closes the source, even under a reader that is stuck."""
    answer = Answer(generation, buffer)
    source = _RunningSource(asyncio.create_task(answer.pump()), generation)

    def stop(ending: Ending) -> None:
        answer.end(ending)
        source.close()

    timer = asyncio.get_running_loop().call_later(max(0, seconds_left), stop, DEADLINE)
    try:
        with shutdown.calls(partial(stop, SHUTDOWN)):
            yield answer
    finally:
        timer.cancel()
        await asyncio.shield(source.close())


class _RunningSource:
    """A generation and the task that iterates it; closes the one after the other, once."""

    def __init__(self, pump: asyncio.Task[None], generation: Generation) -> None:
        self._pump = pump
        self._generation = generation
        self._closing: asyncio.Task[None] | None = None
        pump.add_done_callback(lambda _: self.close())

    def close(self) -> asyncio.Task[None]:
        if self._closing is None:
            self._pump.cancel()
            self._closing = asyncio.create_task(self._close())
        return self._closing

    async def _close(self) -> None:
        try:
            # For a source that ignores the cancellation, closing may be what ends its iteration.
            await asyncio.wait({self._pump}, timeout=CLOSE_SECONDS)
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._generation.aclose()
        except Exception:
            logger.exception("The source failed to close.")
