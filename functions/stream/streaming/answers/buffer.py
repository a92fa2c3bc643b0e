"""The bounded buffer between a source and its reader. It joins chunks into frames, to save events."""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections import deque
from collections.abc import AsyncIterator
from time import monotonic

from .text import SurrogateJoiner

#: A source may run this many frames ahead of a slow reader before `put` makes it wait.
FRAMES_AHEAD = 16

#: The frame that the reader gets after each `silence_seconds` without text.
SILENCE = ""


class FrameBuffer:
    """One writer puts chunks, one reader iterates frames; the frames joined are the chunks joined.

    A frame leaves when it holds `frame_characters`, or `frame_seconds` after the one before; so the first chunk leaves
    at once, and so does every chunk of a source slower than that. Without `silence_seconds` there is no SILENCE.
    """

    def __init__(self, *, frame_characters: int, frame_seconds: float, silence_seconds: float | None = None) -> None:
        self._frame_characters = frame_characters
        self._frame_seconds = frame_seconds
        self._silence_seconds = silence_seconds
        self._full: deque[str] = deque()
        #: The text of the frame that is not full yet.
        self._chunks: list[str] = []
        self._size = 0
        self._joiner = SurrogateJoiner()
        self._closed = False
        self._has_text = asyncio.Event()
        self._has_frame = asyncio.Event()
        self._has_room = asyncio.Event()
        self._has_room.set()
        self._full_seconds = 0.0
        self._next_turn_at = -math.inf
        self._waiting_since: float | None = None

    @property
    def full_seconds(self) -> float:
        """The backpressure: how long the writer has waited in all for a reader that was too far behind."""
        waiting = 0.0 if self._waiting_since is None else asyncio.get_running_loop().time() - self._waiting_since
        return self._full_seconds + waiting

    def put_nowait(self, chunk: str) -> bool:
        """Takes the chunk if `put` would not wait, and returns whether it did: a coroutine saved for most chunks."""
        if self._closed or not self._has_room.is_set() or monotonic() >= self._next_turn_at:
            return False
        self._append(self._joiner.feed(chunk))
        return True

    async def put(self, chunk: str) -> bool:
        """Waits while the reader is too far behind. Returns False if the buffer is closed and did not take the chunk.

        A source that never awaits, or blocks between its chunks, would keep reader, deadline and signals from running:
        they get their turn here, once in the time of a frame.
        """
        if not self._has_room.is_set():
            await self._wait_for_room()
        if self._closed:
            return False
        self._append(self._joiner.feed(chunk))
        # The loop's own clock takes twice as long, here for every chunk.
        if (now := monotonic()) >= self._next_turn_at:
            self._next_turn_at = now + self._frame_seconds
            await asyncio.sleep(0)
        return True

    def close(self) -> None:
        """Ends the iteration once the reader has got everything that was put."""
        if self._closed:
            return
        self._append(self._joiner.flush())
        self._closed = True
        for event in (self._has_text, self._has_frame, self._has_room):
            event.set()

    async def __aiter__(self) -> AsyncIterator[str]:
        time = asyncio.get_running_loop().time
        due = time()
        while True:
            if not self._full:
                if not await self._until(due):
                    yield SILENCE
                    continue
                if not self._full and not self._chunks:
                    return
            due = time() + self._frame_seconds
            yield self._take()

    async def _wait_for_room(self) -> None:
        self._waiting_since = asyncio.get_running_loop().time()
        try:
            await self._has_room.wait()
        finally:
            self._full_seconds, self._waiting_since = self.full_seconds, None

    async def _until(self, due: float) -> bool:
        """Waits for a frame or the end. Returns False after a silence."""
        if not self._has_text.is_set():
            try:
                async with asyncio.timeout(self._silence_seconds):
                    await self._has_text.wait()
            except TimeoutError:
                return False
        if not self._full and asyncio.get_running_loop().time() < due:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout_at(due):
                    await self._has_frame.wait()
        return True

    def _append(self, text: str) -> None:
        if not text:
            return
        self._chunks.append(text)
        self._size += len(text)
        self._has_text.set()
        if self._size >= self._frame_characters:
            self._fill()

    def _fill(self) -> None:
        self._full.append("".join(self._chunks))
        self._chunks.clear()
        self._size = 0
        self._has_frame.set()
        if len(self._full) >= FRAMES_AHEAD:
            self._has_room.clear()

    def _take(self) -> str:
        if not self._full:
            self._fill()
        frame = self._full.popleft()
        if not self._closed:
            if not self._full:
                self._has_frame.clear()
                if not self._chunks:
                    self._has_text.clear()
            self._has_room.set()
        return frame
