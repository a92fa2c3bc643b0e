"""From the start of a process to its first answer, and to the first byte of a stream."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Mapping

from ...harness import candidates
from ...harness.client import read
from ...harness.measurement import Options, Suite, interleaved
from ...harness.server import Candidate, Work, running
from ...harness.usage import cpu_seconds
from . import adapter

_WORK = Work(events=3, size=25, interval_ms=50)


def measure(options: Options) -> Suite:
    taking_part = (
        candidates.ours(),
        candidates.ours_without_bytecode(),
        candidates.ours_with_every_import(),
        candidates.peer("fastapi"),
        candidates.fastapi_with_bytecode(),
        candidates.peer("starlette"),
        candidates.peer("litestar"),
        candidates.node(),
        # No server: the floor of every start in Python.
        Candidate("import asyncio", candidates.CACHE, (candidates.interpreter(), "-c", "import asyncio")),
    )
    return Suite(
        "From the start of a process to its first answer",
        interleaved(taking_part, _start, options.runs) | adapter.measure(options.runs),
    )


def _start(candidate: Candidate) -> Mapping[str, float]:
    if candidate.name == "import asyncio":
        started = time.perf_counter()
        subprocess.run(candidate.command, env={}, check=True)
        return {"ready (ms)": (time.perf_counter() - started) * 1e3}
    with running(candidate) as server:
        ready_cpu = cpu_seconds(server.pid)
        answer = read(server.port, _WORK.path)
    return {
        "ready (ms)": (server.ready - server.started) * 1e3,
        "ready, CPU (ms)": ready_cpu * 1e3,
        "first byte (ms)": answer.packets[0][0] / 1e6 - server.started * 1e3,
    }
