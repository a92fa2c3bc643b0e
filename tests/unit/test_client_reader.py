from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client import Chunk, Complete, FailedStream, MalformedStream, Starting, TruncatedStream
from client.reader import EventReader


@given(st.lists(st.text()))
def test_reader_gives_back_every_chunk_as_it_was(texts: list[str]) -> None:
    reader = EventReader()
    events = [reader.read(json.dumps({"chunk": text})) for text in texts]
    assert events == [Chunk(text) for text in texts]


def test_reader_types_the_events_of_a_stream() -> None:
    reader = EventReader()
    events = [
        reader.read(data) for data in ('{"status": "starting", "id": "s1"}', "", '{"status": "complete", "n": 1}')
    ]
    assert events == [Starting("s1"), None, Complete({"n": 1})]
    reader.finish()
    assert reader.stream_id == "s1"


def test_reader_raises_the_error_of_the_stream_with_code_and_id() -> None:
    reader = EventReader()
    reader.read('{"status": "starting", "id": "s1"}')
    with pytest.raises(FailedStream, match="busy") as raised:
        reader.read('{"error": "The model is busy.", "code": "throttled"}')
    assert (raised.value.code, raised.value.stream_id) == ("throttled", "s1")


@pytest.mark.parametrize(
    "data",
    [
        pytest.param("[" * 200_000, id="deep array"),
        pytest.param('{"chunk":' * 100_000, id="deep object"),
        "hello",
        "{}",
        "[1]",
        '{"chunk": 1}',
        '{"status": "paused"}',
        '{"error": "no code"}',
    ],
)
def test_reader_refuses_what_is_no_event_of_the_contract(data: str) -> None:
    with pytest.raises(MalformedStream, match="Expected an event"):
        EventReader().read(data)


def test_reader_calls_an_end_without_a_last_event_truncated() -> None:
    reader = EventReader()
    reader.read('{"status": "starting", "id": "s1"}')
    with pytest.raises(TruncatedStream) as raised:
        reader.finish()
    assert raised.value.stream_id == "s1"


def test_reader_ignores_what_follows_the_last_event() -> None:
    reader = EventReader()
    reader.read('{"status": "complete"}')
    assert reader.read('{"chunk": "late"}') is None
