"""How the bench takes turns, tells what it measured, and says what got worse."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bench import report
from bench.compare import slower
from bench.measurement import Family, Figure, Limit, Samples, rounds
from bench.page import page

TIME = Figure("time", "ms")
PLACE = Figure("place", "")


@dataclass(frozen=True)
class Contender:
    name: str


def family(ours: tuple[float, ...] = (10, 12, 20), peer: tuple[float, ...] = (100, 120, 130), **more: Any) -> Family:
    samples = (Samples("ours", TIME, ours), Samples("peer", TIME, peer))
    return Family(**{"name": "race", "title": "A race", "ours": "ours", "samples": samples, **more})


def document(*families: Family) -> dict[str, Any]:
    """As it comes back from its file."""
    read: dict[str, Any] = json.loads(json.dumps(report.document(families, date="2026-01-02")))
    return read


def test_rounds_measure_in_turns_and_forget_the_first() -> None:
    order: list[str] = []

    def measure(contender: Contender) -> Mapping[Figure, float]:
        order.append(contender.name)
        return {PLACE: len(order)}

    samples = rounds([Contender("a"), Contender("b")], measure, 2)
    assert order == ["a", "b", "b", "a", "a", "b"]
    assert [(one.contender, one.values) for one in samples] == [("a", (4, 5)), ("b", (3, 6))]


@pytest.mark.parametrize(
    ("limit", "value", "kept"),
    [
        (Limit("time", "ours", "peer", 0.1), 0.1, True),
        (Limit("time", "ours", "peer", 0.09), 0.1, False),
        (Limit("time", "ours", None, 12), 12, True),
        (Limit("time", "ours", None, 11), 12, False),
    ],
)
def test_limit_is_of_the_medians(limit: Limit, value: float, kept: bool) -> None:
    (check,) = family(limits=(limit,)).checks()
    assert check.value == pytest.approx(value)
    assert check.is_kept is kept


def test_table_tells_ratios_limits_and_notes() -> None:
    text = report.table(family(limits=(Limit("time", "ours", "peer", 0.09),), notes=("A note.",)))
    (peer,) = [line for line in text.splitlines() if line.startswith("  peer")]
    assert peer.split() == ["peer", "0.100", "120", "100", "to", "130,", "3"]
    assert "MISSED     0.100 (limit 0.09)  time: ours / peer" in text
    assert text.endswith("A note.")


def test_saved_families_stay_beside_new_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "RESULTS", tmp_path)
    report.save([family()], date="2026-01-02")
    report.save([family(name="other", title="Another")], date="2026-01-03")
    saved = json.loads((tmp_path / "results.json").read_text())
    assert {name: one["date"] for name, one in saved["families"].items()} == {
        "race": "2026-01-02",
        "other": "2026-01-03",
    }
    assert (tmp_path / "README.md").read_text() == page(saved)


def test_page_has_every_figure_check_and_note() -> None:
    text = page(document(family(limits=(Limit("time", "ours", "peer", 0.09),), notes=("A note.",))))
    assert "| time: ours / peer | 0.1 | 0.09 | **missed** |" in text
    assert "| peer | 0.100 | 120 | 100 to 130 | 3 |" in text
    assert "![A race](race.svg)" in text
    assert "A note." in text


def test_what_got_slower_is_told_with_both_ratios() -> None:
    assert slower(document(family()), document(family(ours=(15, 18, 20))), tolerance=0.1) == [
        "race: time: ours / peer was 0.100, is 0.150"
    ]


@pytest.mark.parametrize(
    "now",
    [
        family(ours=(10.5, 12.6, 20)),  # within the tolerance
        family(ours=(10, 18, 20)),  # a busy machine: the best is as before
        family(ours=(20, 24, 40), peer=(200, 240, 260)),  # a slower machine
        family(ours=(-3, 1, 4)),  # a difference that is none
        family(name="new"),
    ],
    ids=["tolerance", "busy", "machine", "difference", "new family"],
)
def test_what_did_not_get_slower_is_not_told(now: Family) -> None:
    assert slower(document(family()), document(now), tolerance=0.1) == []
