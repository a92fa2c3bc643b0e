"""What a run leaves for the next one: medians and their spread, in bench/results/results.json."""

from __future__ import annotations

import datetime
import json
import os
import platform
import statistics
from pathlib import Path
from typing import TypedDict, cast

from .measurement import Suite


class Summary(TypedDict):
    median: float
    low: float
    high: float
    n: int


class SuiteResults(TypedDict):
    title: str
    #: When and on what.
    measured: str
    #: By figure and candidate.
    figures: dict[str, dict[str, Summary]]


#: By the name of the suite.
Results = dict[str, SuiteResults]


def summarise(suite: Suite) -> SuiteResults:
    today = datetime.datetime.now(datetime.UTC).date()
    machine = f"Python {platform.python_version()} on {platform.machine()}, {os.cpu_count()} processors"
    return {
        "title": suite.title,
        "measured": f"{today}, {machine}",
        "figures": {
            figure: {candidate: _summary(values) for candidate, values in by_candidate.items()}
            for figure, by_candidate in suite.measurements.items()
        },
    }


def _summary(values: list[float]) -> Summary:
    median, low, high = (float(f"{value:.5g}") for value in (statistics.median(values), min(values), max(values)))
    return {"median": median, "low": low, "high": high, "n": len(values)}


def load(path: Path) -> Results:
    return cast(Results, json.loads(path.read_text()))


def save(path: Path, results: Results) -> Results:
    """Writes the results beside what earlier runs have left of other suites, and returns all of them."""
    everything = (load(path) if path.exists() else {}) | results
    path.write_text(json.dumps(everything, indent=1) + "\n")
    return everything
