"""What a million streams cost on Lambda, from what the processes take here."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from dataclasses import replace

from ...harness import candidates
from ...harness.client import read
from ...harness.measurement import Options, Suite, interleaved
from ...harness.server import EVERY_CHUNK_AN_EVENT, Candidate, Server, Work, running
from ...harness.usage import cpu_seconds, idle_cpu_seconds, peak_mebibytes
from . import model

_SHORT = Work(events=1, size=25)
_SHORT_STREAMS = 20
_ANSWERS = {
    "answers of 10 chunks": Work(events=10, size=25, interval_ms=50),
    "answers of 200 tokens": Work(events=200, size=4, interval_ms=20),
}
_MEBIBYTES = 512
_MOST_RUNS = 5


def measure(options: Options) -> Suite:
    ours = candidates.ours()
    taking_part = (
        ours,
        replace(ours, name="ours, every token an event", environment={**ours.environment, **EVERY_CHUNK_AN_EVENT}),
        candidates.peer("fastapi"),
        candidates.peer("fastapi_sse"),
    )
    return Suite(
        "What a million streams cost, by the formula in bench/suites/bill/model.py",
        interleaved(taking_part, _measure, min(options.runs, _MOST_RUNS)),
    )


def _measure(candidate: Candidate) -> Mapping[str, float]:
    with tempfile.TemporaryFile() as log, running(candidate, output=log) as server:
        start_cpu = cpu_seconds(server.pid)
        read(server.port, _SHORT.path)
        logged_before = log.seek(0, os.SEEK_END)
        stream_cpu, _ = _take(server, _SHORT, times=_SHORT_STREAMS)
        logged = (log.seek(0, os.SEEK_END) - logged_before) / _SHORT_STREAMS
        answers = {name: (work, *_take(server, work)) for name, work in _ANSWERS.items()}
        peak = peak_mebibytes(server.pid)
    memory = model.memory_for_start(start_cpu, peak)
    figures = {
        "CPU of a start (ms)": start_cpu * 1e3,
        "memory for a start of one second (MiB)": memory,
        "logged per stream (B)": logged,
    }
    process = model.Process(start_cpu, stream_cpu, logged)
    for name, (work, used, sent) in answers.items():
        stream = model.Stream(work.events, work.interval_ms / 1e3, (used - stream_cpu) / (work.events - 1), sent)
        for setting, mebibytes in ((f"{_MEBIBYTES} MiB", _MEBIBYTES), ("start in 1 s", memory)):
            figures[f"a million {name}, {setting} (USD)"] = model.dollars_per_million(process, stream, mebibytes)
    return figures


def _take(server: Server, work: Work, *, times: int = 1) -> tuple[float, float]:
    """Returns the CPU seconds and the bytes of a stream of this work."""
    before = idle_cpu_seconds(server.pid)
    receptions = [read(server.port, work.path) for _ in range(times)]
    used = idle_cpu_seconds(server.pid) - before
    return used / times, sum(len(data) for _, data in receptions[0].body())
