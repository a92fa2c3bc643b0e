"""A model that talks fast, with its tokens joined into frames as shipped, beside a frame for every token."""

from __future__ import annotations

import json
import shutil
import statistics
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode

from . import contenders, load
from .contender import Contender, running
from .load_usage import cpu_seconds
from .measurement import Family, Figure, Limit, Options, rounds

_A_FRAME_A_TOKEN = "a frame a token"
_TOKENS = 1000
_PER_SECOND = 500
_TOKEN_CHARACTERS = 4

_FRAMES = Figure("frames", "of 1,000 tokens")
_BYTES = Figure("bytes on the wire", "a token")
_CPU = Figure("CPU", "us a token")
_MEDIAN = Figure("latency, median", "ms from source to client")
_SLOWEST = Figure("latency, 99 of 100", "ms from source to client")


def measure(options: Options) -> Family:
    joined = replace(contenders.changed_ours("coalescing", _add_source), name=contenders.OURS)
    alone = replace(joined, name=_A_FRAME_A_TOKEN, environment={**joined.environment, "STREAM_FRAME_CHARACTERS": "1"})
    return Family(
        "coalescing",
        f"{_PER_SECOND} tokens a second, joined into frames",
        ours=contenders.OURS,
        samples=rounds((joined, alone), _measure, options.repetitions),
        limits=(
            Limit(_FRAMES.name, contenders.OURS, _A_FRAME_A_TOKEN, 0.2),
            Limit(_SLOWEST.name, contenders.OURS, None, 60),
        ),
    )


def _add_source(streaming: Path) -> None:
    shutil.copy(contenders.PEERS / "ours" / "tokens.py", streaming / "sources")


def _measure(contender: Contender) -> Mapping[Figure, float]:
    with running(contender, STREAM_SOURCE="tokens") as server:
        load.read(server.port, _path(tokens=10))
        before = cpu_seconds(server.pid)
        reception = load.read(server.port, _path(tokens=_TOKENS))
        used = cpu_seconds(server.pid) - before
    chunks = list(reception.chunks())
    *_, (_, last) = reception.events()
    latencies = _latencies(chunks, json.loads(last)["made_at"])
    size = sum(len(packet) for _, packet in reception.packets) - len(last)
    return {
        _FRAMES: len(chunks),
        _BYTES: size / _TOKENS,
        _CPU: used / _TOKENS * 1e6,
        _MEDIAN: statistics.median(latencies) / 1e6,
        _SLOWEST: statistics.quantiles(latencies, n=100)[-1] / 1e6,
    }


def _path(*, tokens: int) -> str:
    return f"/stream?{urlencode({'input': json.dumps({'tokens': tokens, 'per_second': _PER_SECOND})})}"


def _latencies(chunks: list[tuple[int, str]], made_at: list[int]) -> list[int]:
    arrived_at = [at for at, text in chunks for _ in range(len(text) // _TOKEN_CHARACTERS)]
    return [arrived - made for arrived, made in zip(arrived_at, made_at, strict=True)]
