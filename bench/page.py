"""The saved results as a page in Markdown, so that no figure is copied by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

_HEAD = """# Results

Written by `make bench`; what the figures mean: [the page above](../README.md). Times are of one machine and drift with
it: read the ratios, each of which is of one run in turns.
"""


def page(document: Mapping[str, Any]) -> str:
    machine = f"Python {document['python']} on {document['machine']}, {document['processors']} processors."
    families = ("\n".join(_family(name, family)) for name, family in document["families"].items())
    return "\n".join([_HEAD, machine, "", *families])


def _family(name: str, family: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"## {family['title']}", "", f"`python -m bench {name}`, {family['date']}.", "")
    if family["checks"]:
        yield from ("| ours / peer | is | at most | |", "|---|---|---|---|")
        yield from (_check(check) for check in family["checks"])
        yield ""
    yield from (f"![{family['title']}]({name}.svg)", "")
    for figure, measured in family["figures"].items():
        yield from _figure(figure, measured, family["ours"])
    for note in family["notes"]:
        yield from (note, "")


def _check(check: Mapping[str, Any]) -> str:
    verdict = "kept" if check["kept"] else "**missed**"
    return f"| {check['what']} | {check['value']:.3g} | {check['limit']:g} | {verdict} |"


def _figure(figure: str, measured: Mapping[str, Any], ours: str) -> Iterator[str]:
    contenders = measured["contenders"]
    yield from (f"| {figure} | ours is | median, {measured['unit']} | low to high | n |", "|---|---|---|---|---|")
    for name, samples in contenders.items():
        has_ratio = ours in contenders and samples["median"] > 0
        ratio = f"{contenders[ours]['median'] / samples['median']:.3f}" if has_ratio else ""
        spread = f"{samples['low']:,.4g} to {samples['high']:,.4g}"
        yield f"| {name} | {ratio} | {samples['median']:,.4g} | {spread} | {samples['n']} |"
    yield ""
