"""When the text came: the events of a body on the clock of its arrivals, and the rhythm they make."""

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


class Rhythm(Enum):
    PIECEWISE = auto()
    #: Everything at once, after a wait.
    LUMP = auto()
    #: Many pieces at a time, and then nothing for long.
    LUMPS = auto()
    #: Bytes came early, so the way is free; the text came at once.
    SOURCE_WHOLE = auto()
    #: Piece by piece, but in so small a part of the time that it may be chance.
    LATE = auto()
    TOO_FEW = auto()
    TOO_QUICK = auto()


# With fewer there is no rhythm, only luck.
_PIECES = 5
# A text that came at once took this part of the whole time at most; the network spreads the packets of a lump a little.
_LUMP_SHARE = 0.1
_LATE_SHARE = 0.02
# A whole answer this quick could not have come any slower.
_TELLING_SECONDS = 0.25
# A gap this much below the average is none: pieces that one read brought, or one right after the other.
_GAP_SHARE = 0.25
_PIECES_A_LUMP = 4


@dataclass(frozen=True)
class Timeline:
    #: Arrival of the body's first byte, and of each piece of text.
    first_seconds: float
    pieces: tuple[float, ...]
    stream_id: str | None = None
    complete: bool = False
    error: FailedStream | None = None
    #: The events are of another contract; every one of them counts as a piece.
    foreign: bool = False

    @property
    def gaps(self) -> list[float]:
        return [later - earlier for earlier, later in pairwise(self.pieces)]

    @property
    def spread(self) -> float:
        return self.pieces[-1] - self.pieces[0] if self.pieces else 0.0

    @property
    def median_gap(self) -> float:
        return median(self.gaps) if self.gaps else 0.0

    @property
    def lumps(self) -> int:
        """How many times a piece came after a pause worth the name, the first one included."""
        pause = _GAP_SHARE * self.spread / max(1, len(self.gaps))
        return 1 + sum(gap >= pause for gap in self.gaps) if self.spread else 1

    @property
    def rhythm(self) -> Rhythm:
        if not self.pieces:
            return Rhythm.TOO_FEW
        share = self.spread / self.pieces[-1] if self.pieces[-1] else 0.0
        piecewise = self.lumps * _PIECES_A_LUMP > len(self.pieces)
        if share >= _LUMP_SHARE and len(self.pieces) >= _PIECES:
            return Rhythm.PIECEWISE if piecewise else Rhythm.LUMPS
        if self.pieces[-1] < _TELLING_SECONDS:
            return Rhythm.TOO_QUICK
        if share >= _LATE_SHARE and piecewise and len(self.pieces) >= _PIECES:
            return Rhythm.LATE
        if self.first_seconds < self.pieces[0] / 2:
            return Rhythm.SOURCE_WHOLE
        return Rhythm.LUMP if share < _LUMP_SHARE and len(self.pieces) > 1 else Rhythm.TOO_FEW


def read_timeline(arrivals: Sequence[Arrival]) -> Timeline:
    first = next((arrival.seconds for arrival in arrivals if arrival.data), 0.0)
    reader = EventReader()
    pieces: list[float] = []
    complete = False
    try:
        for seconds, data in _replay(arrivals):
            event = reader.read(data)
            if isinstance(event, Chunk):
                pieces.append(seconds)
            complete = complete or isinstance(event, Complete)
    except FailedStream as error:
        return Timeline(first, tuple(pieces), reader.stream_id, error=error)
    except MalformedStream:
        if reader.stream_id is None and not pieces:
            return _read_foreign(arrivals, first)
    return Timeline(first, tuple(pieces), reader.stream_id, complete=complete)


def _read_foreign(arrivals: Sequence[Arrival], first: float) -> Timeline:
    return Timeline(first, tuple(seconds for seconds, data in _replay(arrivals) if data), foreign=True)


def _replay(arrivals: Sequence[Arrival]) -> Iterator[tuple[float, str]]:
    """Each event with the time of the bytes that finished it."""
    now = 0.0

    def body() -> Iterator[bytes]:
        nonlocal now
        for arrival in arrivals:
            now = arrival.seconds
            yield arrival.data

    for event in server_sent_events(body()):
        yield now, event.data
