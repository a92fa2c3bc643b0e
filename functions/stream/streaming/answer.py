"""One answer, from an opened source to its ending."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from functools import partial

from .buffer import FrameBuffer
from .events import DEADLINE, INTERNAL, SHUTDOWN, Ending
from .shutdown import Shutdown
from .sources import Generation, SourceFailed

logger = logging.getLogger(__name__)

#: A source that takes longer than this to let go is logged and left behind, so that it cannot hold the request.
CLOSE_SECONDS = 5


class Answer:
    """Iterates the frames of a text; afterwards `ending` says how it ended.

    Whatever ends an answer (the source, its failure, the deadline, a shutdown) calls `end`, and the first call wins.
    The reader is never cancelled for it, so it always gets to send the last event.
    """

    def __init__(self, buffer: FrameBuffer) -> None:
        self._buffer = buffer
        self.ending: Ending | None = None
        self.frames = 0
        self.characters = 0

    def end(self, ending: Ending) -> None:
        if self.ending is None:
            self.ending = ending
            self._buffer.close()

    async def __aiter__(self) -> AsyncIterator[str]:
        async for frame in self._buffer:
            self.frames += 1
            self.characters += len(frame)
            yield frame

    async def pump(self, generation: Generation) -> None:
        try:
            async for piece in generation:
                if not await self._buffer.put(piece):
                    return
            self.end(Ending.complete(generation.usage))
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
    """Pumps the source while entered; leaving closes it, whatever happened."""
    answer = Answer(buffer)
    pump = asyncio.create_task(answer.pump(generation))
    timer = asyncio.get_running_loop().call_later(max(0, seconds_left), answer.end, DEADLINE)
    try:
        with shutdown.calls(partial(answer.end, SHUTDOWN)):
            yield answer
    finally:
        timer.cancel()
        pump.cancel()
        await _finish(pump, generation)


async def _finish(pump: asyncio.Task[None], generation: Generation) -> None:
    try:
        # For a source that ignores the cancellation, closing may be what ends its iteration.
        await asyncio.wait({pump}, timeout=CLOSE_SECONDS)
        async with asyncio.timeout(CLOSE_SECONDS):
            await generation.aclose()
    except Exception:
        logger.exception("The source failed to close.")
