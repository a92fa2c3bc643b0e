# /// script
# dependencies = ["matplotlib==3.11.2"]
# ///
"""`uv run bench/pictures.py`: draws bench/results/results.json into build/bench, one SVG for each suite."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from matplotlib import pyplot as plt
from matplotlib.axes import Axes

_ROOT = Path(__file__).parents[1]


def main() -> None:
    folder = _ROOT / "build" / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    for name, suite in json.loads((_ROOT / "bench" / "results" / "results.json").read_text()).items():
        figures = suite["figures"]
        heights = [len(summaries) + 1.5 for summaries in figures.values()]
        size = (8, 0.3 * sum(heights))
        picture, rows = plt.subplots(len(figures), squeeze=False, figsize=size, height_ratios=heights, layout="tight")
        for axes, (figure, summaries) in zip(rows[:, 0], figures.items(), strict=True):
            _draw(axes, figure, summaries)
        picture.savefig(folder / f"{name}.svg")
        print(folder / f"{name}.svg")


def _draw(axes: Axes, figure: str, summaries: dict[str, Any]) -> None:
    """Draws bars of medians, with the spread as a line."""
    medians = [one["median"] for one in summaries.values()]
    spread = [(one["median"] - one["low"], one["high"] - one["median"]) for one in summaries.values()]
    colours = ["#c2410c" if name == "this project" else "#94a3b8" for name in summaries]
    bars = axes.barh(list(summaries), medians, xerr=list(zip(*spread, strict=True)), color=colours)
    axes.bar_label(bars, fmt="{:.3g}", padding=4)
    axes.invert_yaxis()
    axes.set_title(figure, loc="left")


if __name__ == "__main__":
    main()
