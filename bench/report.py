"""What a run says: a table to read, and a file that a later run can be compared with."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from .measurement import Check, Family, Figure, Samples
from .page import page

RESULTS = Path(__file__).parent / "results"


def table(family: Family) -> str:
    lines = [f"## {family.title}", ""]
    for figure in family.figures:
        lines += [*_figure_table(family, figure), ""]
    lines += [_check_line(check) for check in family.checks()]
    return "\n".join([*lines, *(f"\n{note}" for note in family.notes)])


def _figure_table(family: Family, figure: Figure) -> Iterator[str]:
    """Ratios first: times drift with the machine, ratios of one run do not."""
    by_contender = family.of(figure.name)
    ours = by_contender.get(family.ours)
    yield f"{f'{figure.name}, {figure.unit}':<46} {'ours is':>8} {'median':>11}   low to high, n"
    for name, samples in by_contender.items():
        ratio = f"{ours.median / samples.median:8.3f}" if ours and samples.median > 0 else " " * 8
        spread = f"{_number(samples.low)} to {_number(samples.high)}, {len(samples.values)}"
        yield f"  {name:<44} {ratio} {_number(samples.median):>11}   {spread}"


def _check_line(check: Check) -> str:
    verdict = "kept  " if check.is_kept else "MISSED"
    return f"{verdict} {check.value:9.3f} (limit {check.limit.most:g})  {_subject(check)}"


def _subject(check: Check) -> str:
    limit = check.limit
    return f"{limit.figure}: {limit.contender}" + (f" / {limit.peer}" if limit.peer else "")


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def missed(families: Sequence[Family]) -> list[str]:
    return [_check_line(check) for family in families for check in family.checks() if not check.is_kept]


def document(families: Sequence[Family], *, date: str) -> dict[str, Any]:
    return {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "processors": os.cpu_count(),
        "families": {family.name: _family(family, date) for family in families},
    }


def _family(family: Family, date: str) -> dict[str, Any]:
    return {
        "date": date,
        "title": family.title,
        "ours": family.ours,
        "figures": {
            figure.name: {
                "unit": figure.unit,
                "contenders": {name: _samples(samples) for name, samples in family.of(figure.name).items()},
            }
            for figure in family.figures
        },
        "checks": [
            {"what": _subject(check), "value": _rounded(check.value), "limit": check.limit.most, "kept": check.is_kept}
            for check in family.checks()
        ],
        "notes": list(family.notes),
    }


def _samples(samples: Samples) -> dict[str, float]:
    spread = {"median": samples.median, "low": samples.low, "high": samples.high}
    return {**{name: _rounded(value) for name, value in spread.items()}, "n": len(samples.values)}


def _rounded(value: float) -> float:
    return float(f"{value:.5g}")


def save(families: Sequence[Family], *, date: str) -> Path:
    """Beside what earlier runs left of the other families."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / "results.json"
    saved = document(families, date=date)
    if path.exists():
        saved["families"] = json.loads(path.read_text())["families"] | saved["families"]
    path.write_text(json.dumps(saved, indent=2) + "\n")
    path.with_name("README.md").write_text(page(saved))
    return path
