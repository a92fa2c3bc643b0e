"""What a start still imports, and what each module takes by itself.

https://docs.python.org/3/using/cmdline.html#cmdoption-X
"""

from __future__ import annotations

import re
import statistics
import subprocess

from .contender import Contender
from .contenders import interpreter

_LINE = re.compile(r"import time: +(\d+) \| +\d+ \| +(\S+)")
# What infra/bundle/bundle.py compiles, without the port that `python -m streaming.host` would open.
_SCRIPT = "import streaming.host.server, uvicorn.protocols.http.h11_impl, uvicorn.lifespan.on, streaming.app"
_RUNS = 5
_SHOWN = 15


def profile(contender: Contender) -> str:
    """A table in Markdown, of the medians."""
    times: dict[str, list[int]] = {}
    for _ in range(_RUNS):
        for microseconds, module in _LINE.findall(_trace(contender)):
            times.setdefault(module, []).append(int(microseconds))
    medians = {module: statistics.median(values) for module, values in times.items()}
    longest = sorted(medians, key=lambda module: -medians[module])[:_SHOWN]
    rows = [f"| `{module}` | {medians[module] / 1000:.1f} |" for module in longest]
    total = f"{len(medians)} modules, {sum(medians.values()) / 1000:.0f} ms with the tracing of it; the longest:"
    return "\n".join([total, "", "| imported until ready | ms by itself |", "|---|---|", *rows])


def _trace(contender: Contender) -> str:
    finished = subprocess.run(
        [interpreter(), "-B", "-X", "importtime", "-c", _SCRIPT],
        cwd=contender.folder,
        env=dict(contender.environment),
        capture_output=True,
        text=True,
        check=True,
    )
    return finished.stderr
