"""One stream in one warm process: what an event costs, and how soon the first one is there."""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from dataclasses import dataclass

from . import contenders, load
from .contender import Contender, Server, Work, running
from .load_usage import cpu_seconds, peak_mebibytes
from .measurement import Family, Figure, Limit, Options, rounds

_FIRST_BYTE = Figure("first byte", "ms")
_FIRST_EVENT = Figure("first event", "ms")
_PEAK = Figure("peak memory", "MiB")
_SHORT_STREAMS = 20


@dataclass(frozen=True)
class _Size:
    """Events of so many characters, and how many of them take long enough to measure."""

    characters: int
    name: str
    events: int

    @property
    def cpu(self) -> Figure:
        return Figure(f"CPU per event of {self.name}", "us")

    @property
    def time(self) -> Figure:
        return Figure(f"time per event of {self.name}", "us")


_SIZES = (_Size(100, "100 B", 10_000), _Size(10 * 1024, "10 KiB", 2_000))


def measure(options: Options) -> Family:
    taking_part = (
        contenders.ours(),
        contenders.fastapi_sse(),
        contenders.fastapi(),
        contenders.starlette(),
        contenders.litestar(),
        contenders.node(),
    )
    return Family(
        "warm",
        "One stream without pause in a warm process",
        ours=contenders.OURS,
        samples=rounds(taking_part, _measure, options.repetitions),
        limits=(
            *(Limit(size.cpu.name, contenders.OURS, "FastAPI SSE", 0.22) for size in _SIZES),
            *(Limit(size.cpu.name, contenders.OURS, "Starlette, ready frames", 2.0) for size in _SIZES),
            Limit(_PEAK.name, contenders.OURS, "FastAPI", 0.65),
        ),
    )


def _measure(contender: Contender) -> Mapping[Figure, float]:
    figures: dict[Figure, float] = {}
    for size in _SIZES:
        # Every piece is a frame, so that what is counted is the same for all: events on the wire.
        with running(contender, STREAM_FRAME_CHARACTERS="1") as server:
            figures |= _first(server, contender.stream_path(Work(1, size.characters)))
            figures |= _events(server, contender, size)
            figures[_PEAK] = max(peak_mebibytes(server.pid), figures.get(_PEAK, 0))
    return figures


def _first(server: Server, path: str) -> Mapping[Figure, float]:
    receptions = [load.read(server.port, path) for _ in range(_SHORT_STREAMS)]
    first_events = [next(at for at, _ in reception.chunks()) - reception.asked_at for reception in receptions]
    return {
        _FIRST_BYTE: statistics.median(reception.first_byte_seconds for reception in receptions) * 1e3,
        _FIRST_EVENT: statistics.median(first_events) / 1e6,
    }


def _events(server: Server, contender: Contender, size: _Size) -> Mapping[Figure, float]:
    before = cpu_seconds(server.pid)
    reception = load.read(server.port, contender.stream_path(Work(size.events, size.characters)))
    used = cpu_seconds(server.pid) - before
    received = [len(text) for _, text in reception.chunks()]
    if received != [size.characters] * size.events:
        raise RuntimeError(
            f"Expected {size.events} events of {size.characters} characters from {contender.name}, got "
            f"{len(received)} of {sorted(set(received))}: correct its peer."
        )
    return {size.cpu: used / size.events * 1e6, size.time: reception.seconds / size.events * 1e6}
