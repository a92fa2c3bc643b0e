"""`python -m bench.pictures RESULTS`: one SVG per family beside the results. Runs where matplotlib is (report.py)."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("svg")
mpl.rcParams["svg.hashsalt"] = "bench"  # the same figures give the same file
mpl.rcParams["svg.fonttype"] = "none"  # words stay words, at a third of the size

from matplotlib import pyplot as plt  # noqa: E402  # after the choice of its backend
from matplotlib.axes import Axes  # noqa: E402

_OURS, _PEER = "#c2410c", "#94a3b8"


def main(results: Path) -> None:
    for name, family in json.loads(results.read_text())["families"].items():
        _draw(family, results.with_name(f"{name}.svg"))


def _draw(family: dict[str, Any], path: Path) -> None:
    figures = family["figures"]
    heights = [len(measured["contenders"]) + 1.5 for measured in figures.values()]
    picture, rows = plt.subplots(
        len(figures), squeeze=False, figsize=(8, 0.3 * sum(heights)), height_ratios=heights, layout="constrained"
    )
    for axes, (name, measured) in zip(rows[:, 0], figures.items(), strict=True):
        _draw_figure(axes, f"{name} ({measured['unit']})", measured["contenders"], family["ours"])
    picture.suptitle(family["title"], fontsize=10)
    picture.savefig(path, metadata={"Date": None})
    plt.close(picture)


def _draw_figure(axes: Axes, title: str, contenders: dict[str, Any], ours: str) -> None:
    """Bars of medians, with the spread as a line."""
    medians = [samples["median"] for samples in contenders.values()]
    spread = [
        [samples["median"] - samples["low"] for samples in contenders.values()],
        [samples["high"] - samples["median"] for samples in contenders.values()],
    ]
    colours = [_OURS if name == ours else _PEER for name in contenders]
    bars = axes.barh(list(contenders), medians, xerr=spread, color=colours, error_kw={"elinewidth": 0.8})
    axes.bar_label(bars, fmt="{:.3g}", fontsize=7, padding=4)
    axes.invert_yaxis()
    axes.set_title(title, fontsize=8, loc="left")
    axes.tick_params(labelsize=7)
    axes.spines[["top", "right"]].set_visible(False)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
