"""One answer under way, from opening its source to closing it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Mapping
from functools import partial
from types import TracebackType
from typing import Any

from ..sources import Generation, Source, SourceFailed, SourceRefused
from .buffer import FrameBuffer
from .calls import Raised, find_error, outcome_of
from .endings import DEADLINE, DISCONNECTED, INTERNAL, SHUTDOWN, Ending
from .shutdown import Shutdown

logger = logging.getLogger(__name__)

#: A source that takes longer than this to close is logged and left behind, so that it cannot hold the request.
CLOSE_SECONDS = 2
#: A source that ignores the cancellation of its iteration is closed after this long all the same.
_CANCEL_SECONDS = 0.5

# The event loop keeps weak references only. https://docs.python.org/3/library/asyncio-task.html#creating-tasks
_under_way: set[asyncio.Task[object]] = set()


class NotOpened(Exception):
    """The source failed to open, by an error that is its cause, or was not ready in time."""

    def __init__(self, ending: Ending) -> None:
        super().__init__(ending.message)
        self.ending = ending


class Answer:
    """Opens its source when it is entered, and iterates the frames of its text; then `ending` says how it ended.

    Whatever ends it (the source, its failure, the deadline, a shutdown, leaving the context) calls `end`. The first
    call wins, and closes the source, even under a reader that is stuck. The reader is never cancelled for it, so it
    always gets to send the last event.
    """

    def __init__(
        self, source: Source, prompt: str, buffer: FrameBuffer, *, seconds_left: float, shutdown: Shutdown
    ) -> None:
        self._source = source
        self._prompt = prompt
        self._buffer = buffer
        self._seconds_left = seconds_left
        self._shutdown = shutdown
        self._generation: Generation | None = None
        self._pump: asyncio.Task[None] | None = None
        self._closing: asyncio.Task[None] | None = None
        self._entered = contextlib.ExitStack()
        self.ending: Ending | None = None

    @property
    def usage(self) -> Mapping[str, object]:
        """The usage that the source reports so far."""
        try:
            return {} if self._generation is None else dict(self._generation.usage)
        except BaseException:
            logger.exception("The source failed to say what it used.")
            return {}

    @property
    def queue_full_seconds(self) -> float:
        return self._buffer.full_seconds

    async def __aenter__(self) -> Answer:
        """Raises SourceRefused, or NotOpened."""
        loop = asyncio.get_running_loop()
        self._ended = loop.create_future()
        timer = loop.call_later(max(0, self._seconds_left), self.end, DEADLINE)
        self._entered.callback(timer.cancel)
        try:
            self._entered.enter_context(self._shutdown.calls(partial(self.end, SHUTDOWN)))
            self._generation = await self._opened()
        except BaseException:
            self._entered.close()
            raise
        if self.ending:
            self._start_closing(self._generation)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._entered.close()
        self.end(DISCONNECTED)
        if not await self.closed(CLOSE_SECONDS):
            logger.error("The source did not close within %s s; it is left behind.", CLOSE_SECONDS)

    def __aiter__(self) -> AsyncIterator[str]:
        """Starts the source, which until then has only been opened."""
        if self._pump is None and self._generation is not None and self.ending is None:
            self._pump = asyncio.create_task(self._pump_from(self._generation))
        return aiter(self._buffer)

    def end(self, ending: Ending) -> None:
        if self.ending is None:
            self.ending = ending
            self._buffer.close()
            if not self._ended.done():
                self._ended.set_result(None)
            if self._generation is not None:
                self._start_closing(self._generation)

    async def closed(self, seconds: float) -> bool:
        """Returns whether the source is closed, and waits at most that long for it, after the answer has ended."""
        if self._closing is None:
            return True
        await asyncio.wait({self._closing}, timeout=seconds)
        return self._closing.done()

    async def _opened(self) -> Generation:
        opening = asyncio.create_task(outcome_of(lambda: self._source.open(self._prompt)))
        try:
            await asyncio.wait({opening, self._ended}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            if not opening.done():
                opening.add_done_callback(_discard)
                opening.cancel()
        if not opening.done():
            raise NotOpened(self.ending or INTERNAL)
        opened = opening.result()
        if opened is None:
            opened = Raised(TypeError("Expected the source to open a generation, got None."))
        if not isinstance(opened, Raised):
            return opened
        if refusal := find_error(SourceRefused, opened.error):
            raise refusal
        raise NotOpened(INTERNAL) from opened.error

    async def _pump_from(self, generation: Generation) -> None:
        async def iterate() -> None:
            async for chunk in generation:
                if not (self._buffer.put_nowait(chunk) or await self._buffer.put(chunk)):
                    return

        raised = await outcome_of(iterate)
        if raised is None:
            self.end(Ending.complete(self.usage))
        elif self.ending is None or not isinstance(raised.error, asyncio.CancelledError):
            self.end(_ending_of(raised.error))

    def _start_closing(self, generation: Generation) -> None:
        self._closing = asyncio.create_task(self._close(generation))
        _keep(self._closing)

    async def _close(self, generation: Generation) -> None:
        if self._pump:
            self._pump.cancel()
            _, left = await asyncio.wait({self._pump}, timeout=_CANCEL_SECONDS)
            if left:
                logger.warning("The source ignores that its iteration is cancelled.")
        closed = await outcome_of(generation.aclose)
        if isinstance(closed, Raised):
            logger.error("The source failed to close.", exc_info=closed.error)


def _ending_of(error: BaseException) -> Ending:
    if failure := find_error(SourceFailed, error):
        logger.error("The source broke off.", exc_info=error)
        return Ending.error(failure.code, failure.message)
    logger.error("The source raised what no source should.", exc_info=error)
    return INTERNAL


def _discard(opening: asyncio.Task[Generation | Raised]) -> None:
    """Closes the generation that a source opened after the answer had ended."""
    if isinstance(opened := opening.result(), Raised) or opened is None:
        return
    _keep(asyncio.create_task(outcome_of(opened.aclose)))


def _keep(task: asyncio.Task[Any]) -> None:
    _under_way.add(task)
    task.add_done_callback(_under_way.discard)
