"""What a running process has used, from the kernel. https://docs.kernel.org/filesystems/proc.html"""

from __future__ import annotations

import time
from pathlib import Path

_SETTLED_SECONDS = 0.02
_PROC = Path("/proc")


def cpu_seconds(pid: int) -> float:
    """Returns user and system time of all threads, to the nanosecond: /proc/PID/stat counts in hundredths of a second.

    https://docs.kernel.org/scheduler/sched-stats.html
    """
    return sum(int(path.read_text().split()[0]) for path in (_PROC / str(pid)).glob("task/*/schedstat")) / 1e9


def idle_cpu_seconds(pid: int) -> float:
    """Returns the same once the process is idle: the kernel adds up a running thread's time at each tick only."""
    used, before = cpu_seconds(pid), -1.0
    while used != before:
        time.sleep(_SETTLED_SECONDS)
        used, before = cpu_seconds(pid), used
    return used


def resident_mebibytes(pid: int) -> float:
    return _status_mebibytes(pid, "VmRSS")


def peak_mebibytes(pid: int) -> float:
    return _status_mebibytes(pid, "VmHWM")


def _status_mebibytes(pid: int, name: str) -> float:
    lines = (_PROC / str(pid) / "status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:")) / 1024
