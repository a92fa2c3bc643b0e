"""From the start of a process to its first answer."""

from __future__ import annotations

from collections.abc import Mapping

from . import contenders
from .contender import Contender, running
from .measurement import Family, Figure, Limit, Options, rounds

_READY = Figure("ready", "ms")


def measure(options: Options) -> Family:
    taking_part = (contenders.ours(), contenders.fastapi(), contenders.starlette(), contenders.node())
    return Family(
        "cold",
        "From the start of a process to its first answer",
        ours=contenders.OURS,
        samples=rounds(taking_part, _start, options.repetitions),
        limits=(Limit("ready", contenders.OURS, "FastAPI", 0.14),),
    )


def _start(contender: Contender) -> Mapping[Figure, float]:
    with running(contender) as server:
        return {_READY: (server.ready - server.started) * 1000}
