"""What a million streams cost, from what one of them takes.

    memory   = at least what holds the process, and the share of a processor that makes a start last one second
    seconds  = how long the source takes, and the CPU that cannot hide in its pauses / share of a processor
             + COLD_SHARE * CPU of a start / share of a processor
    dollars  = requests + seconds * memory * GIBIBYTE_SECOND + logged * GIGABYTE_LOGGED + sent * GIGABYTE_SENT

The share of a processor during a start is taken to be that of the memory; Lambda documents no other.
"""

from __future__ import annotations

from dataclasses import dataclass

from . import bill_prices as prices

_MILLION = 1_000_000
_GIGABYTE = 1e9


@dataclass(frozen=True)
class Process:
    """Of one contender, measured."""

    start_cpu_seconds: float
    #: Of a stream of one event.
    stream_cpu_seconds: float
    logged_bytes: float


@dataclass(frozen=True)
class Stream:
    events: int
    interval_seconds: float
    #: Of each event after the first.
    event_cpu_seconds: float
    sent_bytes: float


def memory_for_start(cpu_seconds: float, peak_mebibytes: float, within_seconds: float) -> float:
    """The smallest setting, in MiB, whose share of a processor does that work in that time."""
    return max(prices.LEAST_MEBIBYTES, peak_mebibytes, cpu_seconds / within_seconds * prices.MEBIBYTES_PER_PROCESSOR)


def start_seconds(cpu_seconds: float, memory_mebibytes: float) -> float:
    return cpu_seconds / _share(memory_mebibytes)


def dollars_per_million(process: Process, stream: Stream, memory_mebibytes: float) -> float:
    share = _share(memory_mebibytes)
    # Events are made while the source pauses, unless they take longer than that.
    between = max(stream.interval_seconds, stream.event_cpu_seconds / share)
    seconds = process.stream_cpu_seconds / share + (stream.events - 1) * between
    seconds += prices.COLD_SHARE * process.start_cpu_seconds / share
    compute = seconds * memory_mebibytes / 1024 * prices.GIBIBYTE_SECOND
    logged = process.logged_bytes / _GIGABYTE * prices.GIGABYTE_LOGGED
    sent = stream.sent_bytes / _GIGABYTE * prices.GIGABYTE_SENT
    return prices.MILLION_REQUESTS + _MILLION * (compute + logged + sent)


def _share(memory_mebibytes: float) -> float:
    """Of a processor; more than one is of no use to one interpreter."""
    return min(1, memory_mebibytes / prices.MEBIBYTES_PER_PROCESSOR)
