"""What a family of measurements is made of: figures of contenders that took turns, and the limits their ratios keep."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar


class Named(Protocol):
    @property
    def name(self) -> str: ...


ContenderT = TypeVar("ContenderT", bound=Named)


@dataclass(frozen=True)
class Figure:
    """Of all figures, less is better: seconds per event, not events per second."""

    name: str
    unit: str


@dataclass(frozen=True)
class Samples:
    """All values of one figure of one contender."""

    contender: str
    figure: Figure
    values: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def low(self) -> float:
        return min(self.values)

    @property
    def high(self) -> float:
        return max(self.values)


@dataclass(frozen=True)
class Limit:
    """The median of `contender` is at most `most` times that of `peer`, or `most` units where there is no peer."""

    figure: str
    contender: str
    peer: str | None
    most: float


@dataclass(frozen=True)
class Check:
    limit: Limit
    value: float

    @property
    def is_kept(self) -> bool:
        return self.value <= self.limit.most


@dataclass(frozen=True)
class Family:
    """What one module of bench/ measures in one run."""

    name: str
    title: str
    #: The contender that the ratios of the table are of.
    ours: str
    samples: tuple[Samples, ...]
    limits: tuple[Limit, ...] = ()
    #: Sentences or tables that belong beside the figures, such as a profile.
    notes: tuple[str, ...] = ()

    @property
    def figures(self) -> tuple[Figure, ...]:
        return tuple(dict.fromkeys(samples.figure for samples in self.samples))

    def of(self, figure: str) -> Mapping[str, Samples]:
        """By contender, in the order measured."""
        return {samples.contender: samples for samples in self.samples if samples.figure.name == figure}

    def checks(self) -> Iterator[Check]:
        for limit in self.limits:
            by_contender = self.of(limit.figure)
            against = by_contender[limit.peer].median if limit.peer else 1
            yield Check(limit, by_contender[limit.contender].median / against)


@dataclass(frozen=True)
class Options:
    """What the command line asks of every family."""

    repetitions: int
    #: Also what takes minutes: the soak, the test suite.
    is_long: bool = False


def rounds(
    contenders: Sequence[ContenderT],
    measure: Callable[[ContenderT], Mapping[Figure, float]],
    repetitions: int,
    *,
    warm_up: bool = True,
) -> tuple[Samples, ...]:
    """Measures in turns, so that what the machine does beside it befalls all alike; each round begins with another.

    The first round of a `warm_up` fills the caches of the machine and does not count.
    """
    values: dict[tuple[str, Figure], list[float]] = {}
    for number in range(repetitions + warm_up):
        first = number % len(contenders)
        for contender in (*contenders[first:], *contenders[:first]):
            for figure, value in measure(contender).items():
                values.setdefault((contender.name, figure), []).append(value)
    order = [contender.name for contender in contenders]
    return tuple(
        Samples(name, figure, tuple(all_values[warm_up:]))
        for (name, figure), all_values in sorted(values.items(), key=lambda item: order.index(item[0][0]))
    )
