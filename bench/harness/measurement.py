"""Figures of candidates that are measured in turns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

#: This project, as it deploys: the candidate that all ratios are of.
OURS = "this project"

#: The values by figure and candidate. A figure is a name with its unit, such as "ready (ms)"; less is always better.
Measurements = dict[str, dict[str, list[float]]]


class Named(Protocol):
    @property
    def name(self) -> str: ...


CandidateT = TypeVar("CandidateT", bound=Named)


@dataclass(frozen=True)
class Options:
    """What the command line asks of every suite."""

    runs: int
    #: Also what takes minutes.
    is_long: bool = False


@dataclass(frozen=True)
class Suite:
    """What one module of bench/suites/ has measured."""

    title: str
    measurements: Measurements


def interleaved(
    candidates: Sequence[CandidateT],
    measure: Callable[[CandidateT], Mapping[str, float]],
    runs: int,
    *,
    warm_up: bool = True,
) -> Measurements:
    """Measures the candidates in turns, so that whatever the machine does besides befalls all of them alike.

    Each run begins with another candidate. The first run of a `warm_up` fills the machine's caches and does not count.
    """
    measurements: Measurements = {}
    for number in range(runs + warm_up):
        first = number % len(candidates)
        for candidate in (*candidates[first:], *candidates[:first]):
            for figure, value in measure(candidate).items():
                values = measurements.setdefault(figure, {}).setdefault(candidate.name, [])
                if number >= warm_up:
                    values.append(value)
    return measurements
