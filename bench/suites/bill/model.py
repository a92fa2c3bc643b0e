"""What a million streams cost in us-east-1, first tier, without the free one.

    seconds  = how long the source takes, and the CPU that cannot hide in its pauses / share of a processor
             + COLD_SHARE * CPU of a start / share of a processor
    dollars  = requests + seconds * memory * GIBIBYTE_SECOND + logged * GIGABYTE_LOGGED + sent * GIGABYTE_SENT

The share of a processor during a start is taken to be that of the memory; Lambda documents no other. Check the prices
of logs and of traffic before you rely on a total: they were not asked of AWS itself.
"""

from __future__ import annotations

from dataclasses import dataclass

from infra.monitoring import prices

GIBIBYTE_SECOND = prices.GB_SECOND["arm64"]
MILLION_REQUESTS = prices.REQUEST * 1_000_000
#: https://c3x.dev/blog/cloudwatch-logs-cost-optimization (June 2026)
GIGABYTE_LOGGED = 0.50
#: Sent to the internet; an assumption.
GIGABYTE_SENT = 0.09
#: A function with this much memory has one processor, and one with less has its share of it.
#: https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
MEBIBYTES_PER_PROCESSOR = 1769
MIN_MEBIBYTES = 128
#: The share of requests that start an environment is "typically under 1%", and that start is billed.
#: https://aws.amazon.com/blogs/compute/aws-lambda-standardizes-billing-for-init-phase
COLD_SHARE = 0.01


@dataclass(frozen=True)
class Process:
    """What one candidate takes, as measured."""

    start_cpu_seconds: float
    #: A stream of one event takes these.
    stream_cpu_seconds: float
    logged_bytes: float


@dataclass(frozen=True)
class Stream:
    events: int
    interval_seconds: float
    #: Each event after the first takes these.
    event_cpu_seconds: float
    sent_bytes: float


def memory_for_start(cpu_seconds: float, peak_mebibytes: float) -> float:
    """Returns the smallest setting, in MiB, that holds the process and starts it within a second."""
    return max(MIN_MEBIBYTES, peak_mebibytes, cpu_seconds * MEBIBYTES_PER_PROCESSOR)


def dollars_per_million(process: Process, stream: Stream, memory_mebibytes: float) -> float:
    # One interpreter has no use for more than one processor.
    share = min(1, memory_mebibytes / MEBIBYTES_PER_PROCESSOR)
    # Events are made while the source pauses, unless they take longer than that.
    between = max(stream.interval_seconds, stream.event_cpu_seconds / share)
    seconds = process.stream_cpu_seconds / share + (stream.events - 1) * between
    seconds += COLD_SHARE * process.start_cpu_seconds / share
    compute = seconds * memory_mebibytes / 1024 * GIBIBYTE_SECOND
    traffic = process.logged_bytes / 1e9 * GIGABYTE_LOGGED + stream.sent_bytes / 1e9 * GIGABYTE_SENT
    return MILLION_REQUESTS + 1_000_000 * (compute + traffic)
