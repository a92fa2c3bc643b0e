from __future__ import annotations

import json

import pytest
from httpx_sse import ServerSentEvent
from httpx_sse._decoders import SSEDecoder, SSELineDecoder
from hypothesis import given

from functions.stream.streaming.answers.endings import DEADLINE, INTERNAL, SHUTDOWN, Ending
from functions.stream.streaming.protocols.events import EventEncoder
from rehearsal.wire import read_stream
from tests.support.text import texts


def decode(body: bytes) -> list[ServerSentEvent]:
    lines, decoder = SSELineDecoder(), SSEDecoder()
    found = [decoder.decode(line) for line in lines.decode(body.decode())]
    return [event for event in found if event is not None]


def test_encoder_writes_the_bytes_of_the_contract() -> None:
    encoder = EventEncoder()
    assert encoder.starting("abc") == b'id: 1\n\ndata: {"status": "starting", "id": "abc"}\n\n'
    assert encoder.chunk("two words\n") == b'id: 2\n\ndata: {"chunk": "two words\\n"}\n\n'
    assert encoder.chunk("é😀") == 'id: 3\n\ndata: {"chunk": "é😀"}\n\n'.encode()
    ending = Ending.complete({"output_tokens": 3})
    assert encoder.ending(ending) == b'id: 4\n\ndata: {"status": "complete", "output_tokens": 3}\n\n'


def test_usage_of_a_source_overrides_no_field_of_the_last_event() -> None:
    usage = {"status": "hacked", "tokens": 1}
    assert EventEncoder().ending(Ending.complete(usage)) == b'id: 1\n\ndata: {"status": "complete", "tokens": 1}\n\n'


def test_encoder_writes_error_and_code_when_the_ending_is_an_error() -> None:
    assert EventEncoder().ending(Ending.error("busy", "Later.")) == (
        b'id: 1\n\ndata: {"error": "Later.", "code": "busy"}\n\n'
    )


@pytest.mark.parametrize(("ending", "code"), [(DEADLINE, "deadline"), (SHUTDOWN, "shutdown"), (INTERNAL, "internal")])
def test_ending_of_our_own_carries_its_code_and_a_sentence(ending: Ending, code: str) -> None:
    assert ending.code == code
    assert ending.message.endswith(".")


@given(texts)
def test_chunk_is_one_data_line_that_holds_the_text_for_any_text(text: str) -> None:
    (event,) = read_stream(EventEncoder().chunk(text)).events
    assert event == {"chunk": text}


@given(texts)
def test_chunk_survives_readers_that_split_lines_as_python_does_for_any_text(text: str) -> None:
    lines = EventEncoder().chunk(text).decode().splitlines()
    assert lines[:2] == ["id: 1", ""]
    assert lines[3:] == [""]
    assert json.loads(lines[2].removeprefix("data: ")) == {"chunk": text}


@given(texts)
def test_chunk_survives_readers_that_split_on_blank_lines_for_any_text(text: str) -> None:
    encoder = EventEncoder()
    body = (encoder.starting("abc") + encoder.chunk(text)).decode()
    data = [block.removeprefix("data: ") for block in body.split("\n\n") if block.startswith("data: ")]
    assert json.loads(data[1]) == {"chunk": text}


@given(texts)
def test_chunk_survives_a_decoder_of_the_specification_for_any_text(text: str) -> None:
    encoder = EventEncoder()
    events = decode(encoder.starting("abc") + encoder.chunk(text))
    with_data = [event for event in events if event.data]
    assert [event.id for event in with_data] == ["1", "2"]
    assert json.loads(with_data[1].data) == {"chunk": text}


@pytest.mark.parametrize("filler", ["x" * 2000, "é" * 2000], ids=["ascii", "unicode"])
@pytest.mark.parametrize("text", [*map(chr, range(0x80)), "\x85", "\u2028", "\u2029", "😀"], ids=ascii)
def test_chunk_is_written_alike_when_it_is_long(text: str, filler: str) -> None:
    start = b'id: 1\n\ndata: {"chunk": "'
    rest = EventEncoder().chunk(text).removeprefix(start)
    assert EventEncoder().chunk(filler + text) == start + filler.encode() + rest


def test_failing_encode_consumes_no_id_when_the_usage_cannot_be_json() -> None:
    encoder = EventEncoder()
    encoder.starting("abc")
    with pytest.raises(TypeError):
        encoder.ending(Ending.complete({"usage": object()}))
    assert encoder.ending(INTERNAL).startswith(b"id: 2\n\n")


def test_failing_encode_consumes_no_id_when_the_text_cannot_be_utf8() -> None:
    encoder = EventEncoder()
    with pytest.raises(UnicodeEncodeError):
        encoder.chunk("\ud83d")
    assert encoder.chunk("a").startswith(b"id: 1\n\n")


def test_encoder_refuses_numbers_that_json_does_not_know() -> None:
    with pytest.raises(ValueError, match="JSON"):
        EventEncoder().ending(Ending.complete({"score": float("nan")}))
