from __future__ import annotations

import json
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client.doctor.facts import Arrival
from client.doctor.timeline import ArrivalPattern, Timeline, read_timeline


def _event(**fields: object) -> bytes:
    return f"id: 1\n\ndata: {json.dumps(fields)}\n\n".encode()


STARTING = _event(status="starting", id="s1")
CHUNK = _event(chunk="a few words ")
COMPLETE = _event(status="complete")


@pytest.mark.parametrize(
    ("chunks", "first", "pattern"),
    [
        ([0.1 + 0.05 * count for count in range(20)], 0.1, ArrivalPattern.STEADY),
        # Slow, but real: one chunk every two seconds.
        ([2.0 * count for count in range(1, 8)], 2.0, ArrivalPattern.STEADY),
        # Fast, but real.
        ([0.001 + 0.002 * count for count in range(20)], 0.001, ArrivalPattern.STEADY),
        # A model: some chunks share a packet, some take their time.
        ([0.5, 0.52, 0.52, 0.6, 0.61, 0.7, 0.95, 0.95, 1.0, 1.3], 0.2, ArrivalPattern.STEADY),
        # A cold start of four seconds, then the pace of the local source.
        ([4.0 + 0.05 * count for count in range(20)], 4.0, ArrivalPattern.STEADY),
        ([1.0] * 20, 1.0, ArrivalPattern.ONE_BURST),
        # The packets of one burst.
        ([1.0] * 10 + [1.002] * 10, 1.0, ArrivalPattern.ONE_BURST),
        ([1.0, 1.0], 1.0, ArrivalPattern.ONE_BURST),
        # A proxy that fills a buffer before it sends it on.
        ([1.0] * 10 + [2.0] * 10, 1.0, ArrivalPattern.BURSTS),
        ([1.0] * 20, 0.01, ArrivalPattern.HELD_BY_SOURCE),
        ([1.0], 0.01, ArrivalPattern.HELD_BY_SOURCE),
        ([19.0 + 0.05 * count for count in range(20)], 19.0, ArrivalPattern.LATE),
        ([0.003] * 20, 0.002, ArrivalPattern.TOO_FAST),
        ([], 0.0, ArrivalPattern.TOO_FEW),
        ([1.0], 1.0, ArrivalPattern.TOO_FEW),
        ([0.5, 1.0, 1.5], 0.5, ArrivalPattern.TOO_FEW),
        ([0.0], 0.0, ArrivalPattern.TOO_FAST),
    ],
)
def test_pattern_is_how_the_chunks_share_the_time(
    chunks: Sequence[float], first: float, pattern: ArrivalPattern
) -> None:
    assert Timeline(first, tuple(chunks)).pattern is pattern


@given(st.integers(1, 200), st.floats(0.3, 300))
def test_no_burst_passes_for_a_stream_however_long_its_wait(count: int, wait: float) -> None:
    assert Timeline(wait, (wait,) * count).pattern in (ArrivalPattern.ONE_BURST, ArrivalPattern.TOO_FEW)


@given(st.integers(5, 200), st.floats(0.001, 10))
def test_an_even_pace_is_a_stream_at_any_speed(count: int, gap: float) -> None:
    assert Timeline(gap, tuple(gap * number for number in range(1, count + 1))).pattern is ArrivalPattern.STEADY


def test_timeline_gives_each_chunk_the_time_of_the_bytes_that_finished_it() -> None:
    half = len(CHUNK) // 2
    arrivals = [Arrival(1, STARTING), Arrival(2, CHUNK[:half]), Arrival(3, CHUNK[half:] + CHUNK), Arrival(4, COMPLETE)]
    timeline = read_timeline(arrivals)
    assert (timeline.first_byte_seconds, timeline.chunk_seconds, timeline.stream_id, timeline.complete) == (
        1,
        (3, 3),
        "s1",
        True,
    )
    assert timeline.gap_seconds == [0]


def test_timeline_keeps_the_error_that_ended_the_stream() -> None:
    timeline = read_timeline([Arrival(1, STARTING + CHUNK), Arrival(2, _event(error="Busy.", code="throttled"))])
    assert timeline.error is not None
    assert (timeline.error.code, timeline.chunk_seconds, timeline.complete) == ("throttled", (1,), False)


def test_timeline_of_another_contract_counts_its_events() -> None:
    timeline = read_timeline([Arrival(1, b'data: {"delta": 1}\n\n'), Arrival(2, b"data: [DONE]\n\n")])
    assert timeline.foreign
    assert timeline.chunk_seconds == (1, 2)


def test_timeline_that_leaves_the_contract_half_way_is_not_complete() -> None:
    timeline = read_timeline([Arrival(1, STARTING + CHUNK), Arrival(2, b"data: what?\n\n")])
    assert not timeline.foreign
    assert not timeline.complete


def test_timeline_of_nothing() -> None:
    timeline = read_timeline([])
    assert (timeline.chunk_seconds, timeline.bursts, timeline.median_gap_seconds, timeline.spread_seconds) == (
        (),
        1,
        0,
        0,
    )
