"""What the bench counts is what was sent: a client that loses an event would make every contender look cheap."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest

from bench.harness.client import Reception, read, read_at_once
from functions.stream.streaming.app import create_app
from functions.stream.streaming.settings import Settings
from tests.support import raw_server
from tests.support.servers import serving
from tests.support.sources import ScriptedSource

PIECES = ["a", "b" * 20_000, "é\u2028\n"]
PATH = "/stream?input=a"
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
CHUNK = b'e\r\ndata: {"a": 1}\r\n'


def port_of(url: str) -> int:
    port = urlsplit(url).port
    assert port
    return port


def texts(reception: Reception) -> list[str]:
    return [text for _, text in reception.texts()]


def test_one_stream_is_read_whole_with_the_time_of_each_event() -> None:
    with serving(create_app(Settings(frame_characters=1), ScriptedSource(*PIECES))) as url:
        reception = read(port_of(url), PATH)
    assert texts(reception) == PIECES
    times = [reception.asked_at, *(arrived_at for arrived_at, _ in reception.texts()), reception.packets[-1][0]]
    assert times == sorted(times)


def test_event_has_the_time_of_the_packet_that_ended_it() -> None:
    packets = [HEAD, b'16\r\ndata: {"chunk": "a', b'"}\n\n\r\n', CHUNK, b"0\r\n\r\n"]
    reception = Reception(PATH, 0, list(enumerate(packets)))
    assert list(reception.texts()) == [(2, "a")]


@pytest.mark.parametrize("streams", [1, 20])
def test_streams_at_once_are_each_read_whole(streams: int) -> None:
    with serving(create_app(Settings(frame_characters=1), ScriptedSource(*PIECES))) as url:
        receptions = read_at_once(port_of(url), PATH, streams)
    assert [texts(reception) for reception in receptions] == [PIECES] * streams


@pytest.mark.parametrize("position", range(1, 5))
def test_answer_is_whole_with_the_last_byte_of_its_last_chunk(position: int) -> None:
    reception, last = Reception(PATH), b"0\r\n\r\n"
    for packet in (HEAD, CHUNK, last[:position]):
        reception.add(packet)
        assert not reception.is_whole
    reception.add(last[position:])
    assert reception.is_whole
    assert [data for _, data in reception.body()] == [CHUNK[3:-2]]


def read_among_many(port: int, path: str) -> object:
    return read_at_once(port, path, 1)


@pytest.mark.parametrize("read_one", [read, read_among_many])
def test_answer_that_ends_early_is_an_error(read_one: Callable[[int, str], object]) -> None:
    with raw_server.serving([HEAD, CHUNK]) as url, pytest.raises(ConnectionError, match="Expected a whole answer"):
        read_one(port_of(url), PATH)


@pytest.mark.parametrize("read_one", [read, read_among_many])
def test_answer_without_success_is_an_error_at_once(read_one: Callable[[int, str], object]) -> None:
    refusal = b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 4\r\n\r\nbusy"
    with raw_server.serving([refusal]) as url, pytest.raises(RuntimeError, match=r"Expected 200 .* 503"):
        read_one(port_of(url), PATH)
