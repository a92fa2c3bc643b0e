"""The times at which the chunks of an answer arrived, and the pattern that they make."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import pairwise
from statistics import median

from ..decoding import server_sent_events
from ..errors import FailedStream, MalformedStream
from ..events import Chunk, Complete
from ..reader import EventReader
from .facts import Arrival


class ArrivalPattern(Enum):
    """How the chunks share the time of the answer."""

    #: Chunk by chunk, over a good part of the time.
    STEADY = auto()
    #: All chunks at once, after a wait.
    ONE_BURST = auto()
    #: Many chunks at a time, with long gaps between.
    BURSTS = auto()
    #: The first bytes came early, so no layer holds them; the text came late and at once.
    HELD_BY_SOURCE = auto()
    #: Chunk by chunk, but in so small a part of the time that it may be chance.
    LATE = auto()
    TOO_FEW = auto()
    TOO_FAST = auto()


# Fewer chunks show no pattern.
_MIN_CHUNKS = 5
# Text that came at once takes less than this part of the whole time: the network spreads its packets a little.
_BURST_SHARE = 0.1
_LATE_SHARE = 0.02
# A whole answer that took less than this shows nothing.
_MIN_SECONDS = 0.25
# A gap shorter than this part of the average separates no bursts: one read brought both chunks, or two in a row did.
_GAP_SHARE = 0.25
_CHUNKS_PER_BURST = 4


@dataclass(frozen=True)
class Timeline:
    """The arrivals of one answer, in seconds from the start of the request."""

    #: The arrival of the body's first byte.
    first_byte_seconds: float
    #: The arrival of each chunk.
    chunk_seconds: tuple[float, ...]
    stream_id: str | None = None
    complete: bool = False
    error: FailedStream | None = None
    #: The events are those of another service; each of them counts as a chunk.
    foreign: bool = False

    @property
    def gap_seconds(self) -> list[float]:
        return [later - earlier for earlier, later in pairwise(self.chunk_seconds)]

    @property
    def spread_seconds(self) -> float:
        return self.chunk_seconds[-1] - self.chunk_seconds[0] if self.chunk_seconds else 0.0

    @property
    def median_gap_seconds(self) -> float:
        return median(self.gap_seconds) if self.gap_seconds else 0.0

    @property
    def bursts(self) -> int:
        """The number of groups of chunks that a pause separates."""
        pause = _GAP_SHARE * self.spread_seconds / max(1, len(self.gap_seconds))
        return 1 + sum(gap >= pause for gap in self.gap_seconds) if self.spread_seconds else 1

    @property
    def pattern(self) -> ArrivalPattern:
        count = len(self.chunk_seconds)
        if not count:
            return ArrivalPattern.TOO_FEW
        first, last = self.chunk_seconds[0], self.chunk_seconds[-1]
        share = self.spread_seconds / last if last else 0.0
        steady = self.bursts * _CHUNKS_PER_BURST > count
        if share >= _BURST_SHARE and count >= _MIN_CHUNKS:
            return ArrivalPattern.STEADY if steady else ArrivalPattern.BURSTS
        if last < _MIN_SECONDS:
            return ArrivalPattern.TOO_FAST
        if share >= _LATE_SHARE and steady and count >= _MIN_CHUNKS:
            return ArrivalPattern.LATE
        if self.first_byte_seconds < first / 2:
            return ArrivalPattern.HELD_BY_SOURCE
        return ArrivalPattern.ONE_BURST if share < _BURST_SHARE and count > 1 else ArrivalPattern.TOO_FEW


def read_timeline(arrivals: Sequence[Arrival]) -> Timeline:
    first = next((arrival.seconds for arrival in arrivals if arrival.data), 0.0)
    reader = EventReader()
    chunks: list[float] = []
    complete = False
    try:
        for seconds, data in _replay(arrivals):
            event = reader.read(data)
            if isinstance(event, Chunk):
                chunks.append(seconds)
            complete = complete or isinstance(event, Complete)
    except FailedStream as error:
        return Timeline(first, tuple(chunks), reader.stream_id, error=error)
    except MalformedStream:
        if reader.stream_id is None and not chunks:
            return _read_foreign(arrivals, first)
    return Timeline(first, tuple(chunks), reader.stream_id, complete=complete)


def _read_foreign(arrivals: Sequence[Arrival], first: float) -> Timeline:
    return Timeline(first, tuple(seconds for seconds, data in _replay(arrivals) if data), foreign=True)


def _replay(arrivals: Sequence[Arrival]) -> Iterator[tuple[float, str]]:
    """Yields each event with the time at which its last byte arrived."""
    now = 0.0

    def body() -> Iterator[bytes]:
        nonlocal now
        for arrival in arrivals:
            now = arrival.seconds
            yield arrival.data

    for event in server_sent_events(body()):
        yield now, event.data
