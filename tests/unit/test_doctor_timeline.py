from __future__ import annotations

import json
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client.doctor.facts import Arrival
from client.doctor.timeline import Rhythm, Timeline, read_timeline


def _event(**fields: object) -> bytes:
    return f"id: 1\n\ndata: {json.dumps(fields)}\n\n".encode()


STARTING = _event(status="starting", id="s1")
CHUNK = _event(chunk="a few words ")
COMPLETE = _event(status="complete")


@pytest.mark.parametrize(
    ("pieces", "first", "rhythm"),
    [
        ([0.1 + 0.05 * count for count in range(20)], 0.1, Rhythm.PIECEWISE),
        # Slow, but real: one piece every two seconds.
        ([2.0 * count for count in range(1, 8)], 2.0, Rhythm.PIECEWISE),
        # Fast, but real.
        ([0.001 + 0.002 * count for count in range(20)], 0.001, Rhythm.PIECEWISE),
        # A model: some pieces share a packet, some take their time.
        ([0.5, 0.52, 0.52, 0.6, 0.61, 0.7, 0.95, 0.95, 1.0, 1.3], 0.2, Rhythm.PIECEWISE),
        # A cold start of four seconds, then the pace of the local source.
        ([4.0 + 0.05 * count for count in range(20)], 4.0, Rhythm.PIECEWISE),
        ([1.0] * 20, 1.0, Rhythm.LUMP),
        # The packets of one lump.
        ([1.0] * 10 + [1.002] * 10, 1.0, Rhythm.LUMP),
        ([1.0, 1.0], 1.0, Rhythm.LUMP),
        # A proxy that fills a buffer before it sends it on.
        ([1.0] * 10 + [2.0] * 10, 1.0, Rhythm.LUMPS),
        ([1.0] * 20, 0.01, Rhythm.SOURCE_WHOLE),
        ([1.0], 0.01, Rhythm.SOURCE_WHOLE),
        ([19.0 + 0.05 * count for count in range(20)], 19.0, Rhythm.LATE),
        ([0.003] * 20, 0.002, Rhythm.TOO_QUICK),
        ([], 0.0, Rhythm.TOO_FEW),
        ([1.0], 1.0, Rhythm.TOO_FEW),
        ([0.5, 1.0, 1.5], 0.5, Rhythm.TOO_FEW),
        ([0.0], 0.0, Rhythm.TOO_QUICK),
    ],
)
def test_rhythm_is_how_the_pieces_share_the_time(pieces: Sequence[float], first: float, rhythm: Rhythm) -> None:
    assert Timeline(first, tuple(pieces)).rhythm is rhythm


@given(st.integers(1, 200), st.floats(0.3, 300))
def test_no_lump_passes_for_a_stream_however_long_its_wait(count: int, wait: float) -> None:
    assert Timeline(wait, (wait,) * count).rhythm in (Rhythm.LUMP, Rhythm.TOO_FEW)


@given(st.integers(5, 200), st.floats(0.001, 10))
def test_an_even_pace_is_a_stream_at_any_speed(count: int, gap: float) -> None:
    assert Timeline(gap, tuple(gap * number for number in range(1, count + 1))).rhythm is Rhythm.PIECEWISE


def test_timeline_gives_each_piece_the_time_of_the_bytes_that_finished_it() -> None:
    half = len(CHUNK) // 2
    arrivals = [Arrival(1, STARTING), Arrival(2, CHUNK[:half]), Arrival(3, CHUNK[half:] + CHUNK), Arrival(4, COMPLETE)]
    timeline = read_timeline(arrivals)
    assert (timeline.first_seconds, timeline.pieces, timeline.stream_id, timeline.complete) == (1, (3, 3), "s1", True)
    assert timeline.gaps == [0]


def test_timeline_keeps_the_error_that_ended_the_stream() -> None:
    timeline = read_timeline([Arrival(1, STARTING + CHUNK), Arrival(2, _event(error="Busy.", code="throttled"))])
    assert timeline.error is not None
    assert (timeline.error.code, timeline.pieces, timeline.complete) == ("throttled", (1,), False)


def test_timeline_of_another_contract_counts_its_events() -> None:
    timeline = read_timeline([Arrival(1, b'data: {"delta": 1}\n\n'), Arrival(2, b"data: [DONE]\n\n")])
    assert timeline.foreign
    assert timeline.pieces == (1, 2)


def test_timeline_that_leaves_the_contract_half_way_is_not_complete() -> None:
    timeline = read_timeline([Arrival(1, STARTING + CHUNK), Arrival(2, b"data: what?\n\n")])
    assert not timeline.foreign
    assert not timeline.complete


def test_timeline_of_nothing() -> None:
    timeline = read_timeline([])
    assert (timeline.pieces, timeline.lumps, timeline.median_gap, timeline.spread) == ((), 1, 0, 0)
