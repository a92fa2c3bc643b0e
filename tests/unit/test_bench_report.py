"""How the bench takes turns, keeps what it measured, and says which limits are missed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest

import bench.__main__ as command
from bench.harness import report, results
from bench.harness.measurement import OURS, Options, Suite, interleaved
from bench.harness.results import SuiteResults
from bench.limits import LIMITS, Limit
from bench.suites import warm

LIMIT = next(limit for limit in LIMITS if limit.suite == "warm" and limit.peer)
PEER = LIMIT.peer or ""
KEPT, MISSED = 100 * LIMIT.at_most, 101 * LIMIT.at_most
#: The limits that a routine run does not measure.
LONG = {"growth over 100,000 streams (MiB)"}


@dataclass(frozen=True)
class Candidate:
    name: str


def suite(ours: float = KEPT) -> Suite:
    values = {OURS: [ours * 0.9, ours, ours * 2], PEER: [90.0, 100.0, 110.0]}
    return Suite("A race", {LIMIT.figure: values})


def measured(ours: float = KEPT) -> SuiteResults:
    return results.summarise(suite(ours))


def test_candidates_are_measured_in_turns_and_the_first_run_is_forgotten() -> None:
    order: list[str] = []

    def measure(candidate: Candidate) -> Mapping[str, float]:
        order.append(candidate.name)
        return {"place": len(order)}

    measurements = interleaved([Candidate("a"), Candidate("b")], measure, 2)
    assert order == ["a", "b", "b", "a", "a", "b"]
    assert measurements == {"place": {"a": [4, 5], "b": [3, 6]}}


@pytest.mark.parametrize(
    ("peer", "at_most", "value", "verdict"),
    [
        ("peer", 0.1, 0.1, "kept"),
        ("peer", 0.09, 0.1, "missed"),
        (None, 12, 12, "kept"),
        (None, 11, 12, "missed"),
        ("nobody", 1, None, "not measured"),
    ],
)
def test_limit_is_of_the_medians(peer: str | None, at_most: float, value: float | None, verdict: str) -> None:
    race = results.summarise(Suite("A race", {"time (ms)": {OURS: [10, 12, 20], "peer": [100, 120, 130]}}))
    limit = Limit("race", "time (ms)", peer, at_most, "It was so.")
    assert limit.value(race) == pytest.approx(value)
    assert limit.verdict(race) == verdict


def test_every_limit_is_of_a_figure_that_was_saved() -> None:
    saved = results.load(command.RESULTS / "results.json")
    unknown = {limit.figure for limit in LIMITS if limit.verdict(saved[limit.suite]) == "not measured"}
    assert unknown <= LONG


def test_saved_page_is_made_of_the_saved_results() -> None:
    """`python -m bench --render` writes it again after a change of the limits or of the report."""
    saved = results.load(command.RESULTS / "results.json")
    assert (command.RESULTS / "README.md").read_text() == report.page(saved)


def test_report_has_ratios_and_limits() -> None:
    lines = report.suite_report("warm", measured(MISSED)).splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    ratio = f"{MISSED / 100:.3f}"
    assert [PEER, ratio, "100", "90 to 110", "3"] in rows
    assert [LIMIT.name, f"{MISSED / 100:.3g}", f"{LIMIT.at_most:g}", "**missed**", LIMIT.reason] in rows


def test_page_begins_with_what_is_missed_and_what_was_not_measured() -> None:
    head = report.page({"warm": measured(MISSED)}).partition("##")[0]
    missed, unknown = head.split("not measured")
    assert f"- warm, {LIMIT.name} is {MISSED / 100:.3g}, expected at most {LIMIT.at_most:g}" in missed
    assert all(limit.name in unknown for limit in LIMITS if limit.suite == "warm" and limit is not LIMIT)
    assert "cold" not in head


def test_saved_suites_stay_beside_new_ones(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    results.save(path, {"warm": measured(), "cold": measured()})
    newer = measured(MISSED)
    assert results.save(path, {"warm": newer}) == results.load(path) == {"warm": newer, "cold": measured()}


@pytest.mark.parametrize(("ours", "status"), [(KEPT, 0), (MISSED, 1)])
def test_run_ends_with_1_when_a_limit_is_missed(
    ours: float, status: Literal[0, 1], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def measure(options: Options) -> Suite:
        assert options == Options(runs=2)
        return suite(ours)

    monkeypatch.setattr(warm, "measure", measure)
    monkeypatch.setattr(command, "RESULTS", tmp_path)
    assert command.main(["warm", "--runs", "2", "--save"]) == status
    assert results.load(tmp_path / "results.json") == {"warm": measured(ours)}
    page = (tmp_path / "README.md").read_text()
    assert ("These limits are missed" in page) == bool(status)
    (tmp_path / "README.md").unlink()
    assert command.main(["--render"]) == 0
    assert (tmp_path / "README.md").read_text() == page


def test_run_without_runs_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        command.main(["warm", "--runs", "0"])
    assert "Expected --runs to be 1 or more, got 0" in capsys.readouterr().err
