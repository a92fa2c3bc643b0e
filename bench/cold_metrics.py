"""What the metrics add to a start, and what the library would that was not taken."""

from __future__ import annotations

from collections.abc import Mapping

from . import variants
from .contender import Contender, running
from .contenders import OURS, ours
from .load_usage import cpu_seconds_so_far
from .measurement import Figure, Samples, rounds

ADDED = Figure("ready, added by metrics", "ms")
_ADDED_CPU = Figure("ready, CPU, added by metrics", "ms")
# A few milliseconds of a hundred need more rounds than what differs by half.
_TIMES_REPETITIONS = 3


def measure(repetitions: int) -> tuple[Samples, ...]:
    """Differences within each round, to the same application without metrics."""
    without, powertools = variants.without_metrics(), variants.with_powertools()
    samples = rounds((ours(), without, powertools), _start, repetitions * _TIMES_REPETITIONS)
    values = {(sample.contender, sample.figure): sample.values for sample in samples}
    return tuple(
        Samples(
            name, figure, tuple(a - b for a, b in zip(values[name, figure], values[without.name, figure], strict=True))
        )
        for figure in (ADDED, _ADDED_CPU)
        for name in (OURS, powertools.name)
    )


def _start(contender: Contender) -> Mapping[Figure, float]:
    """Named by what the differences of them are."""
    with running(contender) as server:
        return {ADDED: (server.ready - server.started) * 1e3, _ADDED_CPU: cpu_seconds_so_far(server.pid) * 1e3}
