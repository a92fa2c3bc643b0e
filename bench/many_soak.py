"""A hundred thousand streams through one process: eight hours of 3.5 a second. Its memory must not grow."""

from __future__ import annotations

import statistics
from dataclasses import dataclass

from . import contenders, load_many
from .contender import Work, running
from .load import Reception
from .load_usage import resident_mebibytes
from .measurement import Figure, Limit, Samples

_STREAMS = 100_000
_WARM_UP_STREAMS = 10_000
_AT_ONCE = 50
_WORK = Work(10, 40)
_STREAMS_A_SAMPLE = 1000
_COMPLETE = b'"status": "complete"'

_GROWTH = Figure(f"growth over {_STREAMS:,} streams", "MiB")
_MOST_MEBIBYTES = 1.0


@dataclass(frozen=True)
class Soak:
    samples: tuple[Samples, ...]
    limits: tuple[Limit, ...]
    notes: tuple[str, ...]


def measure() -> Soak:
    contender = contenders.ours()
    resident: list[float] = []
    finished = 0

    with running(contender) as server:

        def count(reception: Reception) -> None:
            nonlocal finished
            if _COMPLETE not in b"".join(packet for _, packet in reception.packets[-3:]):
                raise RuntimeError(f"Expected stream {finished + 1} to be complete, got {reception.packets[-3:]!r}.")
            finished += 1
            if finished % _STREAMS_A_SAMPLE == 0:
                resident.append(resident_mebibytes(server.pid))

        path = contender.stream_path(_WORK)
        load_many.read_in_turn(server.port, path, _WARM_UP_STREAMS + _STREAMS, at_once=_AT_ONCE, each=count)
    warm = resident[_WARM_UP_STREAMS // _STREAMS_A_SAMPLE :]
    slope, _ = statistics.linear_regression(range(len(warm)), warm)
    growth = slope * len(warm)
    return Soak(
        (Samples(contenders.OURS, _GROWTH, (growth,)),),
        (Limit(_GROWTH.name, contenders.OURS, None, _MOST_MEBIBYTES),),
        (
            f"Soak: {finished:,} streams, {_AT_ONCE} at once. Resident memory {warm[0]:.2f} MiB after the first "
            f"{_WARM_UP_STREAMS:,}, {warm[-1]:.2f} MiB at the end, {max(warm):.2f} MiB at most; the line through all "
            f"samples rises by {slope * 1024:.2f} KiB in {_STREAMS_A_SAMPLE:,} streams.",
        ),
    )
