"""The formula of the bill, with numbers that can be checked in the head."""

from __future__ import annotations

import pytest

from bench.suites.bill import model
from bench.suites.bill.model import Process, Stream, dollars_per_million, memory_for_start

ONE_PROCESSOR = model.MEBIBYTES_PER_PROCESSOR
NOTHING = Process(start_cpu_seconds=0, stream_cpu_seconds=0, logged_bytes=0)
TEN_SECONDS = Stream(events=101, interval_seconds=0.1, event_cpu_seconds=0, sent_bytes=0)


@pytest.fixture(autouse=True)
def round_prices(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, price in {
        "GIBIBYTE_SECOND": 1e-6,
        "MILLION_REQUESTS": 1,
        "GIGABYTE_LOGGED": 3,
        "GIGABYTE_SENT": 5,
    }.items():
        monkeypatch.setattr(model, name, price)


@pytest.mark.parametrize(
    ("process", "stream", "memory", "dollars"),
    [
        (NOTHING, TEN_SECONDS, 1024, 1 + 10),
        (NOTHING, TEN_SECONDS, 512, 1 + 5),
        # A million of a kilobyte are a gigabyte.
        (Process(0, 0, logged_bytes=1000), TEN_SECONDS, 1024, 1 + 10 + 3),
        (NOTHING, Stream(101, 0.1, 0, sent_bytes=1000), 1024, 1 + 10 + 5),
        # An event that takes a tenth of its pause hides in it; one that takes it twice does not.
        (NOTHING, Stream(101, 0.1, 0.01, 0), 1024, 1 + 10),
        (NOTHING, Stream(101, 0.1, 0.2 * 1024 / ONE_PROCESSOR, 0), 1024, 1 + 20),
        # What a stream takes once adds to it, and what a start takes to each of its share.
        (Process(0, 2 * 1024 / ONE_PROCESSOR, 0), TEN_SECONDS, 1024, 1 + 12),
        (Process(1024 / ONE_PROCESSOR / model.COLD_SHARE, 0, 0), TEN_SECONDS, 1024, 1 + 11),
    ],
)
def test_million_streams_cost(process: Process, stream: Stream, memory: float, dollars: float) -> None:
    assert dollars_per_million(process, stream, memory) == pytest.approx(dollars)


@pytest.mark.parametrize(
    ("cpu", "peak", "memory"), [(0.5, 100, ONE_PROCESSOR / 2), (0.001, 30, model.MIN_MEBIBYTES), (0.001, 300, 300)]
)
def test_memory_is_for_the_start_and_for_the_process(cpu: float, peak: float, memory: float) -> None:
    assert memory_for_start(cpu, peak) == pytest.approx(memory)
