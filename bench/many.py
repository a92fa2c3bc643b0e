"""Many streams at once in one process, as Lambda Managed Instances run a function, and very many in turn."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence

from . import contenders, load_many, many_soak
from .contender import Contender, Server, Work, running
from .load import Reception
from .load_usage import cpu_seconds, peak_mebibytes, resident_mebibytes
from .measurement import Family, Figure, Limit, Options, rounds

# Long beside the time it takes to begin a thousand of them.
_PACED = Work(20, 100, interval_ms=200)
_HUNGRY = Work(50, 100)
_STREAMS = (1, 10, 100, 1000)
_MOST = _STREAMS[-1]
_REPETITIONS = 3

_MEMORY = Figure(f"memory a stream of {_MOST:,}", "KiB")
_FAIRNESS = Figure(f"slowest to fastest finish of {_MOST:,}", "ratio")
_HUNGRY_FAIRNESS = Figure(f"slowest to fastest finish of {_MOST:,} without pause", "ratio")


def measure(options: Options) -> Family:
    load_many.allow_many_connections()
    taking_part = (contenders.ours(), contenders.fastapi_sse(), contenders.fastapi())
    samples = rounds(taking_part, _measure, min(options.repetitions, _REPETITIONS), warm_up=False)
    soak = many_soak.measure() if options.is_long else None
    return Family(
        "many",
        f"Streams of {_PACED.events} events, {_PACED.interval_ms:g} ms apart, at once in one process",
        ours=contenders.OURS,
        samples=(*samples, *(soak.samples if soak else ())),
        limits=(
            Limit(_MEMORY.name, contenders.OURS, None, 64),
            Limit(_FAIRNESS.name, contenders.OURS, None, 1.5),
            *(soak.limits if soak else ()),
        ),
        notes=soak.notes if soak else (),
    )


def _measure(contender: Contender) -> Mapping[Figure, float]:
    figures: dict[Figure, float] = {}
    for streams in _STREAMS:
        with running(contender, STREAM_FRAME_CHARACTERS="1") as server:
            load_many.read_at_once(server.port, contender.stream_path(_HUNGRY), 1)
            figures |= _paced(server, contender, streams)
    with running(contender, STREAM_FRAME_CHARACTERS="1") as server:
        receptions = load_many.read_at_once(server.port, contender.stream_path(_HUNGRY), _MOST)
        _check(contender, receptions, _HUNGRY)
        figures[_HUNGRY_FAIRNESS] = _slowest_to_fastest(receptions)
    return figures


def _paced(server: Server, contender: Contender, streams: int) -> Mapping[Figure, float]:
    resident = resident_mebibytes(server.pid)
    before = cpu_seconds(server.pid)
    receptions = load_many.read_at_once(server.port, contender.stream_path(_PACED), streams)
    used = cpu_seconds(server.pid) - before
    _check(contender, receptions, _PACED)
    latencies = [at - int(text.strip()) for reception in receptions for at, text in reception.chunks()]
    figures = {
        Figure(f"CPU a stream of {streams:,}", "ms"): used / streams * 1e3,
        Figure(f"latency of {streams:,}, 99 of 100", "ms"): statistics.quantiles(latencies, n=100)[-1] / 1e6,
    }
    if streams == _MOST:
        figures[_MEMORY] = (peak_mebibytes(server.pid) - resident) * 1024 / streams
        figures[_FAIRNESS] = _slowest_to_fastest(receptions)
    return figures


def _check(contender: Contender, receptions: Sequence[Reception], work: Work) -> None:
    for reception in receptions:
        received = sum(1 for _ in reception.chunks())
        if received != work.events:
            raise RuntimeError(f"Expected {work.events} events from {contender.name}, got {received}.")


def _slowest_to_fastest(receptions: Sequence[Reception]) -> float:
    """From the moment in which all were asked for."""
    asked_at = min(reception.asked_at for reception in receptions)
    finished_at = [reception.packets[-1][0] for reception in receptions]
    return (max(finished_at) - asked_at) / (min(finished_at) - asked_at)
