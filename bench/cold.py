"""From the start of a process to its first answer, and to the first text of a stream."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from . import cold_adapter, cold_imports, cold_metrics, contenders, load, variants
from .contender import Contender, Work, running
from .contenders import CACHE, OURS, interpreter
from .load_usage import cpu_seconds_so_far
from .measurement import Family, Figure, Limit, Options, rounds
from .recompiled import with_bytecode, with_stale_bytecode, without_bytecode

_READY = Figure("ready", "ms")
_READY_CPU = Figure("ready, CPU", "ms")
_FIRST_BYTE = Figure("first byte", "ms")
_FIRST_CHUNK = Figure("first chunk", "ms")
# Apart, so that an answer that comes whole comes late.
_WORK = Work(events=3, size=25, interval_ms=50)


@dataclass(frozen=True)
class _Script:
    """No server: it writes a line for each of its figures, or ends."""

    name: str
    folder: Path
    command: tuple[str, ...]
    figures: tuple[Figure, ...]


def measure(options: Options) -> Family:
    floor = _Script("import asyncio", CACHE, ("-c", "import asyncio"), (_READY,))
    taking_part: tuple[Contender | _Script, ...] = (*_servers(), _mangum(), floor)
    samples = rounds(taking_part, _start, options.repetitions)
    samples += cold_metrics.measure(options.repetitions)
    samples += cold_adapter.measure(options.repetitions)
    return Family(
        "cold",
        "From the start of a process to its first answer",
        ours=OURS,
        samples=samples,
        limits=(
            Limit(_READY.name, OURS, "FastAPI", 0.14),
            Limit(_READY.name, OURS, floor.name, 2.0),
            Limit(cold_metrics.ADDED.name, OURS, None, 5),
        ),
        notes=(cold_imports.profile(contenders.ours()),),
    )


def _servers() -> tuple[Contender, ...]:
    ours, fastapi = contenders.ours(), contenders.fastapi()
    return (
        ours,
        without_bytecode(ours),
        with_stale_bytecode(ours),
        variants.without_stand_ins(),
        variants.collecting_garbage(),
        fastapi,
        with_stale_bytecode(fastapi),
        with_bytecode(fastapi),
        contenders.starlette(),
        contenders.litestar(),
        contenders.node(),
    )


def _mangum() -> _Script:
    stream = Contender("", CACHE, ()).stream_path(_WORK)
    command = ("app.py", "/healthz", stream)
    return _Script("Mangum, FastAPI", contenders.installed("mangum"), command, (_READY, _FIRST_BYTE))


def _start(contender: Contender | _Script) -> Mapping[Figure, float]:
    return _run(contender) if isinstance(contender, _Script) else _serve(contender)


def _serve(contender: Contender) -> Mapping[Figure, float]:
    with running(contender) as server:
        ready_cpu = cpu_seconds_so_far(server.pid)
        answer = load.read(server.port, contender.stream_path(_WORK))
    first_chunk_at = next(at for at, _ in answer.chunks())
    return {
        _READY: (server.ready - server.started) * 1e3,
        _READY_CPU: ready_cpu * 1e3,
        _FIRST_BYTE: answer.packets[0][0] / 1e6 - server.started * 1e3,
        _FIRST_CHUNK: first_chunk_at / 1e6 - server.started * 1e3,
    }


def _run(script: _Script) -> Mapping[Figure, float]:
    started = time.perf_counter()
    with subprocess.Popen(
        [interpreter(), "-B", *script.command], cwd=script.folder, env={}, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout
        figures = {}
        for figure in script.figures:
            process.stdout.readline()
            figures[figure] = (time.perf_counter() - started) * 1e3
    return figures
