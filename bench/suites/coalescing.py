"""A model that talks fast, with its tokens joined into events as shipped, beside an event for every token."""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from dataclasses import replace

from ..harness import candidates
from ..harness.client import read
from ..harness.measurement import Options, Suite, interleaved
from ..harness.server import EVERY_CHUNK_AN_EVENT, Candidate, Work, running
from ..harness.usage import idle_cpu_seconds

# Each token is the time that it was made at.
_TOKENS = Work(events=1000, size=20, interval_ms=2)


def measure(options: Options) -> Suite:
    joined = candidates.ours()
    alone = replace(joined, name="an event a token", environment={**joined.environment, **EVERY_CHUNK_AN_EVENT})
    return Suite("A token every 2 ms, joined into events", interleaved((joined, alone), _measure, options.runs))


def _measure(candidate: Candidate) -> Mapping[str, float]:
    with running(candidate) as server:
        read(server.port, Work(10, _TOKENS.size).path)
        before = idle_cpu_seconds(server.pid)
        reception = read(server.port, _TOKENS.path)
        used = idle_cpu_seconds(server.pid) - before
    texts = reception.texts()
    late = [arrived_at - made_at for arrived_at, text in texts for made_at in _times(text)]
    return {
        "events (of 1,000 tokens)": len(texts),
        "CPU (us a token)": used / _TOKENS.events * 1e6,
        "latency, median (ms)": statistics.median(late) / 1e6,
        "latency, 99 of 100 (ms)": statistics.quantiles(late, n=100)[-1] / 1e6,
    }


def _times(text: str) -> list[int]:
    return [int(text[start : start + _TOKENS.size]) for start in range(0, len(text), _TOKENS.size)]
