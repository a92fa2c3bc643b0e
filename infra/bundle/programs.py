"""The programs that bundling runs, taken from the virtual environment or from PATH."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path


def find_program(name: str) -> str | None:
    installed = Path(sys.prefix, "bin", name)
    return str(installed) if installed.exists() else shutil.which(name)
