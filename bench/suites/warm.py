"""One stream in one warm process: what an event costs, and how soon the first one is there."""

from __future__ import annotations

import statistics
from collections.abc import Mapping

from ..harness import candidates
from ..harness.client import read
from ..harness.measurement import Options, Suite, interleaved
from ..harness.server import EVERY_CHUNK_AN_EVENT, Candidate, Server, Work, running
from ..harness.usage import idle_cpu_seconds, peak_mebibytes

_SHORT_STREAMS = 20
#: By the size of an event: as many as take long enough to be measured.
_STREAMS = {"100 B": Work(10_000, 100), "10 KiB": Work(2_000, 10 * 1024)}


def measure(options: Options) -> Suite:
    taking_part = (
        candidates.ours(),
        *map(candidates.peer, ("fastapi_sse", "fastapi", "starlette", "litestar")),
        candidates.node(),
    )
    return Suite("One stream without pause in a warm process", interleaved(taking_part, _measure, options.runs))


def _measure(candidate: Candidate) -> Mapping[str, float]:
    with running(candidate, EVERY_CHUNK_AN_EVENT) as server:
        figures = _first(server)
        for size, work in _STREAMS.items():
            figures |= _events(server, candidate, size, work)
        return figures | {"peak memory (MiB)": peak_mebibytes(server.pid)}


def _first(server: Server) -> dict[str, float]:
    receptions = [read(server.port, Work(1, 100).path) for _ in range(_SHORT_STREAMS)]
    first_events = [reception.texts()[0][0] - reception.asked_at for reception in receptions]
    return {
        "first byte (ms)": statistics.median(reception.first_byte_seconds for reception in receptions) * 1e3,
        "first event (ms)": statistics.median(first_events) / 1e6,
    }


def _events(server: Server, candidate: Candidate, size: str, work: Work) -> dict[str, float]:
    before = idle_cpu_seconds(server.pid)
    reception = read(server.port, work.path)
    used = idle_cpu_seconds(server.pid) - before
    received = [len(text) for _, text in reception.texts()]
    if received != [work.size] * work.events:
        raise RuntimeError(
            f"Expected {work.events} events of {work.size} characters from {candidate.name}, got "
            f"{len(received)} of {sorted(set(received))}: correct its peer."
        )
    return {
        f"CPU per event of {size} (us)": used / work.events * 1e6,
        f"time per event of {size} (us)": reception.seconds / work.events * 1e6,
    }
