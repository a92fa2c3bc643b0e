"""`python -m bench [FAMILY...]`: measures beside the peers, prints ratios, and keeps them in bench/results."""

from __future__ import annotations

import argparse
import datetime
import importlib
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import cast

from . import compare, report
from .measurement import Family, Options

#: Each is a module with `measure(options) -> Family`.
FAMILIES = ("cold", "warm", "coalescing", "many", "build", "bill")
_HERE = Path(__file__).parent


def main(arguments: Sequence[str]) -> int:
    """1 when a limit is missed, or something got worse than in the run it is compared with."""
    parsed = _parse(arguments)
    # Where `make` keeps its own bytecode (Makefile). Whatever the bench starts keeps its own beside its sources.
    os.environ.pop("PYTHONPYCACHEPREFIX", None)
    before = json.loads(parsed.against.read_text()) if parsed.against else None
    options = Options(parsed.repetitions, is_long=parsed.long)
    families = [_measure(name, options) for name in parsed.families or FAMILIES]
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    wrong = report.missed(families)
    if before:
        now = report.document(families, date=today)
        wrong += compare.slower(before, now, tolerance=parsed.tolerance)
    if parsed.save:
        _draw(report.save(families, date=today))
    print("\n".join(["", *wrong]) if wrong else "\nEvery limit is kept.")
    return 1 if wrong else 0


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m bench", description=__doc__)
    parser.add_argument("families", nargs="*", choices=[*FAMILIES, []], metavar="FAMILY", help=", ".join(FAMILIES))
    parser.add_argument("--repetitions", type=int, default=9, help="of each measurement, in turns (9)")
    parser.add_argument("--long", action="store_true", help="also what takes minutes: the soak, the test suite")
    parser.add_argument("--against", type=Path, metavar="RESULTS", help="also say what got slower than in that run")
    parser.add_argument("--tolerance", type=float, default=0.1, help="by how much a ratio may grow (0.1)")
    parser.add_argument("--save", action="store_true", help="write bench/results and its pictures")
    return parser.parse_args(arguments)


def _measure(name: str, options: Options) -> Family:
    family = cast(Family, importlib.import_module(f"{__package__}.{name}").measure(options))
    print(report.table(family), end="\n\n", flush=True)
    return family


def _draw(results: Path) -> None:
    """In an environment of its own: the checkout needs no matplotlib."""
    environment = ["uv", "run", "--quiet", "--no-project", "--isolated", "--python", sys.executable]
    requirements = ["--with-requirements", str(_HERE / "requirements.txt")]
    subprocess.run([*environment, *requirements, "python", str(_HERE / "pictures.py"), str(results)], check=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
