"""What got worse since a saved run, by ratios to a peer: they can be compared across machines, times cannot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def slower(before: Mapping[str, Any], now: Mapping[str, Any], *, tolerance: float) -> list[str]:
    """A line for each ratio of ours to a peer that grew by more than `tolerance` (0.1 is a tenth)."""
    old = dict(_ratios(before))
    return [
        f"{family}: {figure}: ours / {peer} was {old[key]:.3f}, is {ratio:.3f}"
        for key, ratio in _ratios(now)
        if key in old and ratio > old[key] * (1 + tolerance)
        for family, figure, peer in (key,)
    ]


def _ratios(document: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str, str], float]]:
    for name, family in document["families"].items():
        for figure, measured in family["figures"].items():
            contenders = measured["contenders"]
            ours = contenders.get(family["ours"])
            for peer, samples in contenders.items():
                if ours and peer != family["ours"] and samples["median"]:
                    yield (name, figure, peer), ours["median"] / samples["median"]
