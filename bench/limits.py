"""The limits that the figures keep, and why each is where it is. A run that misses one ends with status 1."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .harness.measurement import OURS
from .harness.results import Results, SuiteResults

Verdict = Literal["kept", "missed", "not measured"]


@dataclass(frozen=True)
class Limit:
    """The median of ours is at most so many times that of the peer, or so many units where there is no peer."""

    suite: str
    figure: str
    peer: str | None
    at_most: float
    reason: str
    candidate: str = OURS

    @property
    def name(self) -> str:
        return f"{self.figure}: {self.candidate}" + (f" / {self.peer}" if self.peer else "")

    def value(self, suite: SuiteResults) -> float | None:
        """Returns None where a figure was not measured, as behind the adapter where there is none."""
        summaries = suite["figures"].get(self.figure, {})
        if not {self.candidate, self.peer or self.candidate} <= summaries.keys():
            return None
        return summaries[self.candidate]["median"] / (summaries[self.peer]["median"] if self.peer else 1)

    def verdict(self, suite: SuiteResults) -> Verdict:
        value = self.value(suite)
        return "not measured" if value is None else "kept" if value <= self.at_most else "missed"


def with_verdict(verdict: Verdict, results: Results) -> list[str]:
    """Names the limits of the measured suites that have this verdict."""
    return [
        f"{limit.suite}, {limit.name}"
        + ("" if value is None else f" is {value:.3g}, expected at most {limit.at_most:g}")
        for limit in LIMITS
        if limit.suite in results and limit.verdict(results[limit.suite]) == verdict
        for value in (limit.value(results[limit.suite]),)
    ]


_FASTAPI, _READY_MADE = "FastAPI", "Starlette, ready frames"
_ADAPTER = (
    "The adapter adds the same time to both, most of it waiting: it writes head, separator and body as three small "
    "packets without TCP_NODELAY, so the second waits some 40 ms for an acknowledgement. The faster the machine, the "
    "larger the part that no application can shorten."
)
_AS_BEFORE = "An event shall not cost more than before the event stream became our own."
_TWICE = "Starlette sends bytes that nobody has to make; text, JSON, ids and counting cost at most as much again."
_SYNTH = (
    "CDK's import and validation are in both. Two stages add six templates, the JavaScript of more services and the "
    "rule packs of cdk-nag: 1.40 to 1.56 was measured."
)
_NEW_BUNDLE = "The bundle is made in it as well: uv installs, and what a start imports is compiled; 1.62 was measured."

LIMITS = (
    Limit("cold", "ready (ms)", _FASTAPI, 0.125, "Bytecode and lazy imports leave little but Python with asyncio."),
    Limit("cold", "ready (ms)", "import asyncio", 1.6, "No server in Python that uses asyncio starts below 1."),
    Limit("cold", "first byte (ms)", _FASTAPI, 0.12, "The first stream of a process imports nothing more."),
    Limit("cold", "first byte behind the adapter (ms)", _FASTAPI, 0.17, _ADAPTER),
    Limit("warm", "CPU per event of 100 B (us)", "FastAPI SSE", 0.175, _AS_BEFORE),
    Limit("warm", "CPU per event of 10 KiB (us)", "FastAPI SSE", 0.175, _AS_BEFORE),
    Limit("warm", "CPU per event of 100 B (us)", _READY_MADE, 2, _TWICE),
    Limit("warm", "CPU per event of 10 KiB (us)", _READY_MADE, 2, _TWICE),
    Limit("warm", "peak memory (MiB)", _FASTAPI, 0.5, "What is never imported takes no memory."),
    Limit("coalescing", "events (of 1,000 tokens)", "an event a token", 0.1, "A frame lasts as long as twenty tokens."),
    Limit("coalescing", "latency, 99 of 100 (ms)", None, 60, "A frame leaves after 40 ms, and 60 ms look immediate."),
    Limit(
        "many", "memory a stream of 1,000 (KiB)", None, 64, "A thousand streams fit into 128 MiB beside the process."
    ),
    Limit("many", "slowest to fastest of 1,000 (ratio)", None, 1.5, "No stream may starve because of the others."),
    Limit("many", "growth over 100,000 streams (MiB)", None, 1, "That many are eight hours of 3.5 streams a second."),
    Limit("build", "zipped (KiB)", "FastAPI, pip install -t", 0.15, "Only what a start imports ships with bytecode."),
    Limit("build", "cdk synth (s)", "one plain function", 1.6, _SYNTH),
    Limit("build", "cdk synth (s)", "one plain function", 1.8, _NEW_BUNDLE, candidate="ours, new bundle"),
)
