"""`python -m bench [SUITE...]`: measures this project beside its peers and prints ratios."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import cast

from .harness import report, results
from .harness.measurement import Options, Suite
from .limits import with_verdict

#: Each is a module of bench/suites/ with `measure(options) -> Suite`.
SUITES = ("cold", "warm", "coalescing", "many", "build", "bill")
RESULTS = Path(__file__).parent / "results"


def main(arguments: Sequence[str]) -> int:
    """Returns 1 when a limit is missed."""
    parsed = _parse(arguments)
    if parsed.render:
        _write_page(results.load(RESULTS / "results.json"))
        return 0
    # Where `make` keeps its own bytecode (Makefile). Whatever the bench starts keeps its own beside its sources.
    os.environ.pop("PYTHONPYCACHEPREFIX", None)
    options = Options(parsed.runs, is_long=parsed.long)
    now = {name: _measure(name, options) for name in parsed.suites or SUITES}
    print(report.verdicts(now))
    if parsed.save:
        _write_page(results.save(RESULTS / "results.json", now))
    return 1 if with_verdict("missed", now) else 0


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m bench", description=__doc__)
    parser.add_argument("suites", nargs="*", choices=[*SUITES, []], metavar="SUITE", help=", ".join(SUITES))
    parser.add_argument("--runs", type=int, default=9, help="interleaved runs of each measurement (9)")
    parser.add_argument("--long", action="store_true", help="measure the memory of a hundred thousand streams as well")
    parser.add_argument("--save", action="store_true", help="write bench/results")
    parser.add_argument("--render", action="store_true", help="measure nothing: write the page of the saved results")
    parsed = parser.parse_args(arguments)
    if parsed.runs < 1:
        parser.error(f"Expected --runs to be 1 or more, got {parsed.runs}.")
    return parsed


def _write_page(everything: results.Results) -> None:
    (RESULTS / "README.md").write_text(report.page(everything))


def _measure(name: str, options: Options) -> results.SuiteResults:
    suite = cast(Suite, importlib.import_module(f"{__package__}.suites.{name}").measure(options))
    measured = results.summarise(suite)
    print(report.suite_report(name, measured), flush=True)
    return measured


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
