"""Many streams at once in one process, as Lambda Managed Instances run a function, and very many in turn."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence

from ..harness import candidates
from ..harness.client import Reception, allow_many_connections, read_at_once
from ..harness.measurement import OURS, Measurements, Options, Suite, interleaved
from ..harness.server import EVERY_CHUNK_AN_EVENT, Candidate, Server, Work, running
from ..harness.usage import idle_cpu_seconds, peak_mebibytes, resident_mebibytes

# Long beside the time it takes to begin a thousand of them.
_PACED = Work(20, 100, interval_ms=200)
_WITHOUT_PAUSE = Work(50, 100)
_AT_ONCE = (1, 10, 100, 1000)
_MOST = _AT_ONCE[-1]
_MOST_RUNS = 3

_SOAK = Work(10, 40)
_SOAK_AT_ONCE = 50
_SOAK_BATCHES = 2200
_SOAK_WARM_UP_BATCHES = 200


def measure(options: Options) -> Suite:
    allow_many_connections()
    taking_part = (candidates.ours(), candidates.peer("fastapi_sse"), candidates.peer("fastapi"))
    runs = min(options.runs, _MOST_RUNS)
    return Suite(
        f"Streams of {_PACED.events} events, {_PACED.interval_ms:g} ms apart, at once in one process",
        interleaved(taking_part, _measure, runs, warm_up=False) | (_soak() if options.is_long else {}),
    )


def _measure(candidate: Candidate) -> Mapping[str, float]:
    figures: dict[str, float] = {}
    for streams in _AT_ONCE:
        with running(candidate, EVERY_CHUNK_AN_EVENT) as server:
            read_at_once(server.port, _WITHOUT_PAUSE.path, 1)
            figures |= _paced(server, streams)
    with running(candidate, EVERY_CHUNK_AN_EVENT) as server:
        receptions = _read(server, _WITHOUT_PAUSE, _MOST)
    figures["slowest to fastest of 1,000 without pause (ratio)"] = _slowest_to_fastest(receptions)
    return figures


def _paced(server: Server, streams: int) -> Mapping[str, float]:
    resident = resident_mebibytes(server.pid)
    before = idle_cpu_seconds(server.pid)
    receptions = _read(server, _PACED, streams)
    used = idle_cpu_seconds(server.pid) - before
    late = [arrived_at - int(text) for reception in receptions for arrived_at, text in reception.texts()]
    figures = {
        f"CPU a stream of {streams:,} (ms)": used / streams * 1e3,
        f"latency of {streams:,}, 99 of 100 (ms)": statistics.quantiles(late, n=100)[-1] / 1e6,
    }
    if streams == _MOST:
        figures["memory a stream of 1,000 (KiB)"] = (peak_mebibytes(server.pid) - resident) * 1024 / streams
        figures["slowest to fastest of 1,000 (ratio)"] = _slowest_to_fastest(receptions)
    return figures


def _read(server: Server, work: Work, streams: int) -> Sequence[Reception]:
    receptions = read_at_once(server.port, work.path, streams)
    received = {len(reception.texts()) for reception in receptions}
    if received != {work.events}:
        raise RuntimeError(f"Expected {work.events} events in each stream, got {received}: ask the candidate by hand.")
    return receptions


def _slowest_to_fastest(receptions: Sequence[Reception]) -> float:
    """Counts from the moment in which the first was asked for."""
    asked_at = min(reception.asked_at for reception in receptions)
    finished_at = [reception.packets[-1][0] for reception in receptions]
    return (max(finished_at) - asked_at) / (min(finished_at) - asked_at)


def _soak() -> Measurements:
    """Sends a hundred thousand streams through one process; its memory must not grow once it is warm."""
    resident: list[float] = []
    with running(candidates.ours(), EVERY_CHUNK_AN_EVENT) as server:
        for _ in range(_SOAK_BATCHES):
            _read(server, _SOAK, _SOAK_AT_ONCE)
            resident.append(resident_mebibytes(server.pid))
    warm = resident[_SOAK_WARM_UP_BATCHES:]
    slope, _ = statistics.linear_regression(range(len(warm)), warm)
    return {"growth over 100,000 streams (MiB)": {OURS: [slope * len(warm)]}}
