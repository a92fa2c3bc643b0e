"""What a million streams cost on Lambda, from what the processes take here."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace

from . import bill_model, contenders, load
from . import bill_prices as prices
from .bill_model import Process, Stream
from .contender import Contender, Server, Work, running
from .contenders import OURS
from .load_usage import cpu_seconds, cpu_seconds_so_far, peak_mebibytes
from .measurement import Family, Figure, Options, Samples, rounds

_START_CPU = Figure("CPU of a start", "ms")
_PEAK = Figure("peak memory of the process", "MiB")
_MEMORY = Figure("memory for a start of one second", "MiB")
_LOGGED = Figure("logged per stream", "B")
_START_SECONDS = 1.0
_SAME_MEBIBYTES = 512
_SETTINGS_MEBIBYTES = (128, 256, 512, 1024, 1769)
_SHORT = Work(events=1, size=25)
_SHORT_STREAMS = 20
_MOST_REPETITIONS = 5


@dataclass(frozen=True)
class _Answer:
    name: str
    events: int
    #: As many of them as a measurement may last.
    measured: Work

    @property
    def cpu(self) -> Figure:
        return Figure(f"CPU of {self.name}", "ms")

    @property
    def sent(self) -> Figure:
        return Figure(f"sent of {self.name}", "KiB")

    def dollars(self, memory: str) -> Figure:
        return Figure(f"a million {self.name}, {memory}", "USD")


_ANSWERS = (
    _Answer("10 chunks", 10, Work(events=10, size=25, interval_ms=50)),
    _Answer("500 tokens", 500, Work(events=100, size=4, interval_ms=20)),
)


def measure(options: Options) -> Family:
    ours = contenders.ours()
    every_token = {**ours.environment, "STREAM_FRAME_CHARACTERS": "1"}
    taking_part = (
        ours,
        replace(ours, name="ours, every token a frame", environment=every_token),
        contenders.fastapi(),
        contenders.fastapi_sse(),
    )
    samples = rounds(taking_part, _measure, min(options.repetitions, _MOST_REPETITIONS))
    return Family(
        "bill",
        "What a million streams cost, by the formula in bench/bill_model.py",
        ours=OURS,
        samples=samples,
        notes=(_trade_off(samples), _assumptions()),
    )


def _measure(contender: Contender) -> Mapping[Figure, float]:
    with tempfile.TemporaryFile() as log, running(contender, log) as server:
        start_cpu = cpu_seconds_so_far(server.pid)
        load.read(server.port, contender.stream_path(_SHORT))
        logged_before = log.seek(0, os.SEEK_END)
        stream_cpu, _ = _take(server, contender, _SHORT, times=_SHORT_STREAMS)
        logged = (log.seek(0, os.SEEK_END) - logged_before) / _SHORT_STREAMS
        streams = {answer: _stream(server, contender, answer, stream_cpu) for answer in _ANSWERS}
        peak = peak_mebibytes(server.pid)
    memory = bill_model.memory_for_start(start_cpu, peak, _START_SECONDS)
    figures = {_START_CPU: start_cpu * 1e3, _PEAK: peak, _MEMORY: memory, _LOGGED: logged}
    process = Process(start_cpu, stream_cpu, logged)
    for answer, stream in streams.items():
        figures[answer.cpu] = (stream_cpu + stream.event_cpu_seconds * (stream.events - 1)) * 1e3
        figures[answer.sent] = stream.sent_bytes / 1024
        figures[answer.dollars("start in 1 s")] = bill_model.dollars_per_million(process, stream, memory)
        figures[answer.dollars("512 MiB")] = bill_model.dollars_per_million(process, stream, _SAME_MEBIBYTES)
    return figures


def _stream(server: Server, contender: Contender, answer: _Answer, stream_cpu: float) -> Stream:
    """The whole answer, from the part of it that is measured."""
    work = answer.measured
    used, sent = _take(server, contender, work)
    event_cpu = (used - stream_cpu) / (work.events - 1)
    return Stream(answer.events, work.interval_ms / 1e3, event_cpu, sent * answer.events / work.events)


def _take(server: Server, contender: Contender, work: Work, *, times: int = 1) -> tuple[float, float]:
    """CPU seconds and bytes of a stream of this work."""
    path = contender.stream_path(work)
    before = cpu_seconds(server.pid)
    receptions = [load.read(server.port, path) for _ in range(times)]
    used = cpu_seconds(server.pid) - before
    return used / times, sum(len(data) for _, data in receptions[0].body())


def _trade_off(samples: tuple[Samples, ...]) -> str:
    """A table in Markdown: what a setting of the memory makes of the CPU of a start."""
    starts = {sample.contender: sample.median / 1e3 for sample in samples if sample.figure == _START_CPU}
    rows = [
        [str(setting), *(f"{bill_model.start_seconds(cpu, setting):.1f}" for cpu in starts.values())]
        for setting in _SETTINGS_MEBIBYTES
    ]
    lines = [["MiB", *(f"start of {name}, s" for name in starts)], ["---"] * (len(starts) + 1), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _assumptions() -> str:
    return (
        f"Prices: {prices.GIBIBYTE_SECOND} USD a GB-second on arm64, {prices.MILLION_REQUESTS} a million requests, "
        f"{prices.GIGABYTE_LOGGED} a GB logged, {prices.GIGABYTE_SENT} a GB sent; {prices.COLD_SHARE:.0%} of requests "
        f"start an environment; {prices.MEBIBYTES_PER_PROCESSOR} MiB are one processor (bench/bill_prices.py)."
    )
