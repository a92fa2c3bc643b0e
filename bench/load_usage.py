"""What a running server has used, from the kernel. https://docs.kernel.org/filesystems/proc.html"""

from __future__ import annotations

import time
from pathlib import Path

_SETTLED_SECONDS = 0.02
_PROC = Path("/proc")


def cpu_seconds(pid: int) -> float:
    """User and system, of all its threads, once it has gone idle: the kernel adds up the running thread at each tick.

    To the nanosecond, where /proc/PID/stat counts in hundredths of a second.
    https://docs.kernel.org/scheduler/sched-stats.html
    """
    used, before = _cpu_nanoseconds(pid), -1
    while used != before:
        time.sleep(_SETTLED_SECONDS)
        used, before = _cpu_nanoseconds(pid), used
    return used / 1e9


def cpu_seconds_so_far(pid: int) -> float:
    """The same of one that is busy, where waiting would change what is measured."""
    return _cpu_nanoseconds(pid) / 1e9


def resident_mebibytes(pid: int) -> float:
    return _status_kibibytes(pid, "VmRSS") / 1024


def peak_mebibytes(pid: int) -> float:
    return _status_kibibytes(pid, "VmHWM") / 1024


def _cpu_nanoseconds(pid: int) -> int:
    return sum(int(path.read_text().split()[0]) for path in (_PROC / str(pid)).glob("task/*/schedstat"))


def _status_kibibytes(pid: int, name: str) -> int:
    lines = (_PROC / str(pid) / "status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))
