"""The results in Markdown: a run prints them and bench/results/README.md keeps them, so no figure is copied by hand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..limits import LIMITS, Limit, with_verdict
from .measurement import OURS
from .results import Results, SuiteResults, Summary

_HEAD = """# Results

`make bench` writes this page; [the page above](../README.md) says what the figures mean. Times drift with the machine:
read the ratios, which are of one interleaved run.
"""


def page(results: Results) -> str:
    return "\n".join([_HEAD, verdicts(results), *(suite_report(name, suite) for name, suite in results.items())])


def verdicts(results: Results) -> str:
    """Says which limits are missed, and which were not measured."""
    missed, unknown = with_verdict("missed", results), with_verdict("not measured", results)
    lines = (
        ["**These limits are missed:**", "", *(f"- {limit}" for limit in missed)] if missed else ["No limit is missed."]
    )
    if unknown:
        lines += ["", "These limits were not measured:", "", *(f"- {limit}" for limit in unknown)]
    return "\n".join([*lines, ""])


def suite_report(name: str, suite: SuiteResults) -> str:
    lines = [f"## {suite['title']}", "", f"`python -m bench {name}`, {suite['measured']}.", ""]
    if limits := [limit for limit in LIMITS if limit.suite == name]:
        lines += [*_table(["limit", "is", "at most", "", "because"], [_check(limit, suite) for limit in limits]), ""]
    for figure, summaries in suite["figures"].items():
        head = [figure, "ours is", "median", "low to high", "n"]
        lines += [*_table(head, [_candidate(candidate, summaries) for candidate in summaries]), ""]
    return "\n".join(lines)


def _check(limit: Limit, suite: SuiteResults) -> Sequence[str]:
    value, verdict = limit.value(suite), limit.verdict(suite)
    emphasis = "" if verdict == "kept" else "**"
    is_now = "" if value is None else f"{value:.3g}"
    return [limit.name, is_now, f"{limit.at_most:g}", f"{emphasis}{verdict}{emphasis}", limit.reason]


def _candidate(name: str, summaries: dict[str, Summary]) -> Sequence[str]:
    summary, ours = summaries[name], summaries.get(OURS)
    ratio = f"{ours['median'] / summary['median']:.3f}" if ours and summary["median"] > 0 else ""
    spread = f"{summary['low']:,.4g} to {summary['high']:,.4g}"
    return [name, ratio, f"{summary['median']:,.4g}", spread, str(summary["n"])]


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yields lines padded up to the last column, so that a terminal shows the table as well as a page does."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    widths[-1] = len(head[-1])
    for row in (head, ["-" * width for width in widths], *rows):
        yield f"| {' | '.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))} |"
