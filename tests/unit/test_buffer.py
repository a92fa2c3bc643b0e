from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.stream.streaming.answers.buffer import FRAMES_AHEAD, SILENCE, FrameBuffer
from tests.support.clock import now, run_on_virtual_clock
from tests.support.text import pieces, well_formed

FRAME_SECONDS = 0.04

Timed = list[tuple[float, str]]


def make_buffer(*, characters: int = 100, silence_seconds: float | None = None) -> FrameBuffer:
    return FrameBuffer(frame_characters=characters, frame_seconds=FRAME_SECONDS, silence_seconds=silence_seconds)


async def write(buffer: FrameBuffer, steps: list[tuple[float, str]]) -> None:
    """Puts each piece after its pause, then closes."""
    for pause, piece in steps:
        await asyncio.sleep(pause)
        assert await buffer.put(piece)
    buffer.close()


async def fill(buffer: FrameBuffer) -> None:
    """With as many frames of one character as may wait for the reader."""
    for _ in range(FRAMES_AHEAD):
        assert await buffer.put("a")


async def read(buffer: FrameBuffer, *, pause: float = 0) -> Timed:
    frames = []
    async for frame in buffer:
        frames.append((now(), frame))
        await asyncio.sleep(pause)
    return frames


def frames_of(
    steps: list[tuple[float, str]],
    *,
    characters: int = 100,
    reader_pause: float = 0,
    silence_seconds: float | None = None,
) -> Timed:
    async def main() -> Timed:
        buffer = make_buffer(characters=characters, silence_seconds=silence_seconds)
        writing = asyncio.create_task(write(buffer, steps))
        frames = await read(buffer, pause=reader_pause)
        await writing
        return frames

    return run_on_virtual_clock(main())


@given(
    parts=pieces,
    pauses=st.lists(st.floats(0, 3 * FRAME_SECONDS), min_size=12, max_size=12),
    characters=st.integers(1, 30),
    reader_pause=st.sampled_from([0, FRAME_SECONDS / 3, 5 * FRAME_SECONDS]),
)
def test_frames_joined_are_the_pieces_joined_for_any_source_and_reader(
    parts: list[str], pauses: list[float], characters: int, reader_pause: float
) -> None:
    steps = list(zip(pauses, parts, strict=False))
    frames = [frame for _, frame in frames_of(steps, characters=characters, reader_pause=reader_pause)]
    assert "".join(frames) == well_formed("".join(parts))
    assert "" not in frames


def test_first_piece_leaves_at_once() -> None:
    assert frames_of([(5, "a"), (1, "b")])[0] == (5, "a")


def test_each_piece_leaves_at_once_when_the_source_is_slower_than_a_frame() -> None:
    frames = frames_of([(2 * FRAME_SECONDS, letter) for letter in "abcde"])
    assert [frame for _, frame in frames] == list("abcde")
    assert [when for when, _ in frames] == pytest.approx([2 * FRAME_SECONDS * count for count in range(1, 6)])


def test_pieces_are_joined_when_the_source_is_faster_than_a_frame() -> None:
    frames = frames_of([(0.003, letter) for letter in "abcdefghijklmnopqrstu"])
    assert [frame for _, frame in frames] == ["a", "bcdefghijklmn", "opqrstu"]


def test_frame_leaves_before_its_time_when_it_holds_enough_characters() -> None:
    frames = frames_of([(0, "a"), (0.001, "b" * 60), (0.001, "c" * 40)])
    assert frames == [(0, "a"), (pytest.approx(0.002), "b" * 60 + "c" * 40)]


def test_full_frames_leave_at_once_and_the_text_behind_them_in_its_time() -> None:
    async def main() -> Timed:
        buffer = make_buffer(characters=2)
        for piece in ("ab", "cd", "e"):
            assert await buffer.put(piece)
        asyncio.get_running_loop().call_later(9, buffer.close)
        return await read(buffer)

    assert run_on_virtual_clock(main()) == [(0, "ab"), (0, "cd"), (pytest.approx(FRAME_SECONDS), "e")]


def test_first_half_of_a_pair_leaves_with_its_other_half() -> None:
    frames = frames_of([(0, "a"), (1, "\ud83d"), (1, "\ude00")])
    assert frames == [(0, "a"), (2, "😀")]


def test_half_of_a_pair_is_replaced_when_the_buffer_closes() -> None:
    assert frames_of([(0, "a"), (1, "\ud83d")]) == [(0, "a"), (1, "\ufffd")]


def test_put_waits_while_the_reader_is_too_far_behind() -> None:
    async def main() -> None:
        buffer = make_buffer(characters=1)
        await fill(buffer)
        waiting = asyncio.create_task(buffer.put("b"))
        await asyncio.sleep(3600)
        assert not waiting.done()

        frames = aiter(buffer)
        assert await anext(frames) == "a"
        assert await waiting
        assert [await anext(frames) for _ in range(FRAMES_AHEAD)] == ["a"] * (FRAMES_AHEAD - 1) + ["b"]

    run_on_virtual_clock(main())


def test_frames_stay_bounded_when_the_source_never_pauses_and_the_reader_is_slow() -> None:
    characters, piece = 10, "abc"
    frames = frames_of([(0, piece)] * 1000, characters=characters, reader_pause=1)
    assert "".join(frame for _, frame in frames) == piece * 1000
    assert max(len(frame) for _, frame in frames) < characters + len(piece)


def test_put_that_waits_returns_false_when_the_buffer_closes() -> None:
    async def main() -> tuple[bool, str]:
        buffer = make_buffer(characters=1)
        await fill(buffer)
        waiting = asyncio.create_task(buffer.put("b"))
        await asyncio.sleep(1)
        buffer.close()
        return await waiting, "".join(frame for _, frame in await read(buffer))

    assert run_on_virtual_clock(main()) == (False, "a" * FRAMES_AHEAD)


def test_put_returns_false_and_takes_nothing_after_close() -> None:
    async def main() -> tuple[bool, Timed]:
        buffer = make_buffer()
        buffer.close()
        return await buffer.put("a"), await read(buffer)

    assert run_on_virtual_clock(main()) == (False, [])


def test_iteration_ends_when_the_buffer_closes_while_the_reader_waits() -> None:
    async def main() -> Timed:
        buffer = make_buffer()
        asyncio.get_running_loop().call_later(9, buffer.close)
        return await read(buffer)

    assert run_on_virtual_clock(main()) == []


def test_text_put_before_close_leaves_at_once_when_the_buffer_closes() -> None:
    frames = frames_of([(0, "a"), (0.001, "b")])
    assert frames == [(0, "a"), (pytest.approx(0.001), "b")]


def test_second_close_changes_nothing() -> None:
    async def main() -> list[str]:
        buffer = make_buffer()
        await buffer.put("a\ud83d")
        buffer.close()
        buffer.close()
        return [frame for _, frame in await read(buffer)]

    assert run_on_virtual_clock(main()) == ["a\ufffd"]


def test_empty_pieces_make_no_frame() -> None:
    assert frames_of([(1, ""), (1, "a"), (1, ""), (1, "")]) == [(2, "a")]


def test_full_seconds_are_those_that_the_writer_waited_for_the_reader() -> None:
    async def main() -> tuple[float, float, float]:
        buffer = make_buffer(characters=1)
        await fill(buffer)
        before = buffer.full_seconds
        writing = asyncio.create_task(buffer.put("y"))
        await asyncio.sleep(3)
        under_way = buffer.full_seconds
        await anext(aiter(buffer))
        assert await writing
        await asyncio.sleep(5)
        return before, under_way, buffer.full_seconds

    assert run_on_virtual_clock(main()) == (0, 3, 3)


def test_full_seconds_hold_a_wait_that_was_cancelled() -> None:
    async def main() -> float:
        buffer = make_buffer(characters=1)
        await fill(buffer)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(2):
                await buffer.put("y")
        await asyncio.sleep(5)
        return buffer.full_seconds

    assert run_on_virtual_clock(main()) == 2


def test_reader_is_told_of_each_silence_and_of_nothing_shorter() -> None:
    frames = frames_of([(9.9, "a"), (9.9, "b"), (25, "c")], silence_seconds=10)
    assert frames == [(9.9, "a"), (19.8, "b"), (29.8, SILENCE), (39.8, SILENCE), (44.8, "c")]


def test_pieces_that_make_no_frame_do_not_break_a_silence() -> None:
    frames = frames_of([(6, ""), (6, "\ud83d"), (6, "\ude00")], silence_seconds=10)
    assert frames == [(10, SILENCE), (18, "😀")]


def test_silence_is_counted_from_when_the_reader_is_back() -> None:
    frames = frames_of([(0, "a"), (15, "b")], reader_pause=8, silence_seconds=10)
    assert frames == [(0, "a"), (15, "b")]
