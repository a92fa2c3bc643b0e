"""Syntax errors are found at synth, whichever Python is at hand, also in files that no start imports."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from .bytecode import Interpreter, SyntaxFault
from .errors import BundleError
from .programs import find_program


def check_syntax(entry: Path, names: Sequence[str], python_version: str, runtime: Interpreter | None) -> Iterator[str]:
    """Yields what is in doubt, in a sentence each. Raises BundleError for what no Python of the runtime's compiles.

    Without an interpreter of the runtime's version, the running one judges; what only a newer one understands passes.
    """
    for fault in (runtime or Interpreter(sys.executable)).syntax_faults(entry, names):
        if runtime or not _is_newer(python_version) or not fault.is_grammar or not _parses(entry / fault.name):
            raise BundleError(f"Expected sources that compile, got: {fault.message}. Correct the source.")
        yield _doubt(fault, python_version)


def _doubt(fault: SyntaxFault, python_version: str) -> str:
    running = f"{sys.version_info.major}.{sys.version_info.minor}"
    return (
        f"Bundled a source that Python {running} does not compile: {fault.message}. "
        f"It may be right for Python {python_version}; to be sure, get that with `uv python install {python_version}`."
    )


def _is_newer(python_version: str) -> bool:
    return tuple(map(int, python_version.split("."))) > sys.version_info[:2]


def _parses(source: Path) -> bool:
    """Ruff's parser takes the grammar of every Python it knows, the newest included."""
    ruff = find_program("ruff")
    if ruff is None:
        return True
    command = [ruff, "format", "--check", "--isolated", "--no-cache", "--quiet", str(source)]
    return subprocess.run(command, capture_output=True).returncode in (0, 1)
