"""The Bedrock source through the real boto3, against a server that speaks its encoding."""

from __future__ import annotations

import asyncio
import contextlib
import math
import threading
from collections.abc import AsyncIterator
from typing import Any

import pytest

from functions.stream.streaming.answers.answer import Answer
from functions.stream.streaming.answers.buffer import FrameBuffer
from functions.stream.streaming.answers.endings import DEADLINE, Ending
from functions.stream.streaming.answers.shutdown import Shutdown
from functions.stream.streaming.sources import Generation, Source, load_source
from rehearsal.waiting import until
from tests.support import eventstream
from tests.support.bedrock import ENVIRONMENT, MODEL_ID, bedrock_threads
from tests.support.model_server import ModelCall, ModelServer, answer_with, say_then_think

pytestmark = pytest.mark.anyio


@contextlib.asynccontextmanager
async def opened(source: Source) -> AsyncIterator[Generation]:
    generation = await source.open("prompt")
    try:
        yield generation
    finally:
        await generation.aclose()


async def read_all(source: Source) -> tuple[list[str], dict[str, Any]]:
    async with opened(source) as generation:
        pieces = [piece async for piece in generation]
        return pieces, dict(generation.usage)


@pytest.mark.parametrize(
    ("usage", "told"), [({"inputTokens": 5}, {"input_tokens": 5}), ({}, {}), ({"other": 1}, {})], ids=str
)
async def test_usage_that_lacks_counts_tells_those_that_are_there(
    usage: dict[str, int], told: dict[str, int], source: Source, model: ModelServer
) -> None:
    metadata = eventstream.event("metadata", {"usage": usage, "metrics": {"latencyMs": 1}})
    model.script = answer_with(eventstream.start(), eventstream.text("a"), eventstream.stop(), metadata)
    pieces, used = await read_all(source)
    assert (pieces, used) == (["a"], {"stop_reason": "end_turn", **told})


async def test_answer_holds_the_model_s_text_and_its_usage(source: Source, model: ModelServer) -> None:
    frames = [eventstream.start(), eventstream.text("two "), eventstream.text("words\n")]
    model.script = answer_with(*frames, eventstream.stop("max_tokens"), eventstream.usage(11, 2))
    pieces, usage = await read_all(source)
    assert pieces == ["two ", "words\n"]
    assert usage == {"stop_reason": "max_tokens", "input_tokens": 11, "output_tokens": 2}


async def test_request_names_the_model_and_bounds_its_output(source: Source, model: ModelServer) -> None:
    await read_all(source)
    assert model.only.path == f"/model/{MODEL_ID}/converse-stream"
    assert model.only.request == {
        "messages": [{"role": "user", "content": [{"text": "prompt"}]}],
        "inferenceConfig": {"maxTokens": 77},
    }


async def test_answer_leaves_out_what_the_model_only_thinks(source: Source, model: ModelServer) -> None:
    model.script = answer_with(
        eventstream.start(),
        eventstream.reasoning("hm"),
        eventstream.text(""),
        eventstream.text("a"),
        eventstream.stop(),
    )
    assert (await read_all(source))[0] == ["a"]


async def test_answer_is_whole_when_every_byte_comes_by_itself(source: Source, model: ModelServer) -> None:
    def script(call: ModelCall) -> None:
        call.open()
        call.send(eventstream.start() + eventstream.text("é😀") + eventstream.text("漢字"), write_bytes=1)
        call.send(eventstream.stop(), write_bytes=3)
        call.finish()

    model.script = script
    assert (await read_all(source))[0] == ["é😀", "漢字"]


async def test_answer_is_whole_when_http_chunks_cut_the_frames(source: Source, model: ModelServer) -> None:
    whole = eventstream.start() + eventstream.text("é😀") + eventstream.stop()
    model.script = answer_with(*(whole[begin : begin + 5] for begin in range(0, len(whole), 5)))
    assert (await read_all(source))[0] == ["é😀"]


async def test_frames_hold_whole_characters_when_the_model_splits_them(source: Source, model: ModelServer) -> None:
    halves = [eventstream.text(half) for half in ("a\ud83d", "\ude00b", "\ud83d")]
    model.script = answer_with(eventstream.start(), *halves, eventstream.stop())
    buffer = FrameBuffer(frame_characters=1, frame_seconds=0.001)
    async with Answer(source, "prompt", buffer, seconds_left=30, shutdown=Shutdown()) as answer:
        frames = [frame async for frame in answer]
    assert "".join(frames) == "a😀b\ufffd"
    assert all(frame.encode() for frame in frames)


async def test_event_loop_runs_on_while_the_model_is_silent(source: Source, model: ModelServer) -> None:
    go_on = threading.Event()

    def script(call: ModelCall) -> None:
        call.open()
        call.send(eventstream.text("a"))
        assert go_on.wait(10)
        call.send(eventstream.stop())
        call.finish()

    model.script = script
    async with opened(source) as generation:
        pieces = aiter(generation)
        assert await anext(pieces) == "a"
        waiting = asyncio.ensure_future(anext(pieces, None))
        for _ in range(100):
            await asyncio.sleep(0)
        assert not waiting.done()
        go_on.set()
        assert await waiting is None


async def test_model_is_slowed_down_when_the_reader_does_not_read(source: Source, model: ModelServer) -> None:
    total_bytes, piece = 32 * 1024 * 1024, "x" * 16_000

    def script(call: ModelCall) -> None:
        call.open()
        call.flood(eventstream.text(piece), total_bytes=total_bytes)
        call.send(eventstream.stop())
        call.finish()

    model.script = script
    characters = 512
    buffer = FrameBuffer(frame_characters=characters, frame_seconds=0.001)
    async with Answer(source, "prompt", buffer, seconds_left=60, shutdown=Shutdown()) as answer:
        call = model.only
        await until(call.stalled.is_set, "the model to be stopped")
        assert call.sent_bytes < total_bytes / 2

        frames = [len(frame) async for frame in answer]
    assert answer.ending == Ending.complete({"stop_reason": "end_turn"})
    assert max(frames) < characters + len(piece)
    assert sum(frames) == math.ceil(total_bytes / len(eventstream.text(piece))) * len(piece)


async def test_model_s_connection_is_closed_when_the_reader_leaves_early(source: Source, model: ModelServer) -> None:
    model.script = say_then_think
    async with opened(source) as generation:
        assert await anext(aiter(generation)) == "word"
    await until(model.only.closed.is_set, "the model's connection to be closed")
    await until(lambda: not bedrock_threads(), "the thread to end")


async def test_model_s_connection_is_closed_when_nothing_was_read(source: Source, model: ModelServer) -> None:
    model.script = say_then_think
    async with opened(source):
        assert not model.only.closed.is_set()
    await until(model.only.closed.is_set, "the model's connection to be closed")


async def test_close_ends_the_thread_that_waits_for_the_model(source: Source, model: ModelServer) -> None:
    model.script = say_then_think
    generation = await source.open("prompt")
    pieces = aiter(generation)
    assert await anext(pieces) == "word"
    waiting = asyncio.ensure_future(anext(pieces))
    await asyncio.sleep(0)
    assert bedrock_threads()
    waiting.cancel()
    await asyncio.wait({waiting})
    await generation.aclose()
    await until(model.only.closed.is_set, "the model's connection to be closed")
    await until(lambda: not bedrock_threads(), "the thread to end")


async def test_deadline_ends_an_answer_whose_model_is_silent(source: Source, model: ModelServer) -> None:
    model.script = say_then_think
    buffer = FrameBuffer(frame_characters=100, frame_seconds=0.001)
    async with Answer(source, "prompt", buffer, seconds_left=0.3, shutdown=Shutdown()) as answer:
        assert [frame async for frame in answer] == ["word"]
        assert answer.ending == DEADLINE
    await until(model.only.closed.is_set, "the model's connection to be closed")


async def test_late_answer_is_closed_when_its_opening_was_cancelled(source: Source, model: ModelServer) -> None:
    answer_now = threading.Event()

    def script(call: ModelCall) -> None:
        assert answer_now.wait(10)
        say_then_think(call)

    model.script = script
    opening = asyncio.ensure_future(source.open("prompt"))
    await until(lambda: model.calls, "the request to arrive")
    opening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await opening
    answer_now.set()
    await until(model.only.closed.is_set, "the late answer to be closed")
    await until(lambda: not bedrock_threads(), "the thread to end")


async def test_connection_is_used_again_after_a_whole_answer(source: Source, model: ModelServer) -> None:
    await read_all(source)
    await read_all(source)
    assert len(model.calls) == 2
    await until(lambda: not bedrock_threads(), "the threads to end")


def test_source_names_the_variable_when_the_model_is_not_set() -> None:
    with pytest.raises(ValueError, match="Expected STREAM_BEDROCK_MODEL_ID to name a model or an inference profile"):
        load_source("bedrock", {})


@pytest.mark.parametrize("text", ["many", "0", "-1", "1.5"])
def test_source_names_the_variable_when_the_bound_is_no_whole_number_above_zero(text: str) -> None:
    with pytest.raises(ValueError, match="STREAM_MAX_OUTPUT_TOKENS"):
        load_source("bedrock", ENVIRONMENT | {"STREAM_MAX_OUTPUT_TOKENS": text})
