"""What got worse since a saved run, by ratios to a peer: they can be compared across machines, times cannot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

#: Of family, figure and peer.
_Key = tuple[str, str, str]


def slower(before: Mapping[str, Any], now: Mapping[str, Any], *, tolerance: float) -> list[str]:
    """A line for each ratio of ours to a peer that grew by more than `tolerance` (0.1 is a tenth).

    The ratio of the medians and that of the lowest values: a busy moment moves the one, what got slower moves both.
    """
    old = dict(_ratios(before))
    return [
        f"{family}: {figure}: ours / {peer} was {old[key][0]:.3f}, is {ratios[0]:.3f}"
        for key, ratios in _ratios(now)
        if key in old and all(ratio > was * (1 + tolerance) for ratio, was in zip(ratios, old[key], strict=True))
        for family, figure, peer in (key,)
    ]


def _ratios(document: Mapping[str, Any]) -> Iterator[tuple[_Key, tuple[float, float]]]:
    for name, family in document["families"].items():
        for figure, measured in family["figures"].items():
            contenders = measured["contenders"]
            ours = contenders.get(family["ours"])
            for peer, samples in contenders.items():
                # A difference may be nothing, or less: it is in no ratio to anything.
                if ours and peer != family["ours"] and min(ours["low"], samples["low"]) > 0:
                    yield (
                        (name, figure, peer),
                        (ours["median"] / samples["median"], ours["low"] / samples["low"]),
                    )
