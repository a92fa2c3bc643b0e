from __future__ import annotations

import pytest

from rehearsal.emulator.bandwidth import REFILL_SECONDS, TokenBucket


def test_the_burst_is_not_delayed() -> None:
    bucket = TokenBucket(burst=1000, rate=80, now=0)
    assert [bucket.take(500, now=0), bucket.take(500, now=0)] == [0, 0]


def test_after_the_burst_a_chunk_waits_for_as_many_portions_as_it_needs() -> None:
    bucket = TokenBucket(burst=1000, rate=80, now=0)
    bucket.take(1000, now=0)
    assert bucket.take(25, now=0) == 3 * REFILL_SECONDS  # a portion is 10 tokens


def test_a_portion_comes_at_its_time_and_not_bit_by_bit() -> None:
    bucket = TokenBucket(burst=1000, rate=80, now=0)
    bucket.take(1000, now=0)
    assert bucket.take(10, now=0.1) == pytest.approx(0.025)


def test_a_quiet_stream_earns_back_its_burst_and_no_more() -> None:
    bucket = TokenBucket(burst=1000, rate=80, now=0)
    bucket.take(1000, now=0)
    assert bucket.take(1000, now=3600) == 0
    assert bucket.take(10, now=3600) == REFILL_SECONDS


def test_the_long_run_speed_is_the_rate() -> None:
    bucket = TokenBucket(burst=1000, rate=80, now=0)
    now = 0.0
    for _ in range(500):
        now += bucket.take(10, now)
    assert now == pytest.approx((500 * 10 - 1000) / 80)
