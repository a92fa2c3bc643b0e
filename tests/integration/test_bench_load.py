"""What the bench counts is what was sent: a client that loses an event would make every contender look cheap."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

import pytest

from bench.load import Reception, read, request_for
from bench.load_many import read_at_once, read_in_turn
from functions.stream.streaming.app import create_app
from functions.stream.streaming.settings import Settings
from tests.support import raw_server
from tests.support.raw_server import Part
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
    return [text for _, text in reception.chunks()]


def test_one_stream_is_read_whole_with_the_time_of_each_event() -> None:
    with serving(create_app(Settings(frame_characters=1), ScriptedSource(*PIECES))) as url:
        reception = read(port_of(url), PATH)
    assert texts(reception) == PIECES
    times = [reception.asked_at, *(arrived_at for arrived_at, _ in reception.events()), reception.packets[-1][0]]
    assert times == sorted(times)


def test_event_has_the_time_of_the_packet_that_ended_it() -> None:
    request, _ = request_for(PATH)
    packets = [HEAD, b'16\r\ndata: {"chunk": "a', b'"}\n\n\r\n', CHUNK, b"0\r\n\r\n"]
    reception = Reception(request, 0, list(enumerate(packets)))
    assert list(reception.chunks()) == [(2, "a")]


@pytest.mark.parametrize("streams", [1, 20])
def test_streams_at_once_are_each_read_whole(streams: int) -> None:
    with serving(create_app(Settings(frame_characters=1), ScriptedSource(*PIECES))) as url:
        receptions = read_at_once(port_of(url), PATH, streams)
    assert [texts(reception) for reception in receptions] == [PIECES] * streams


def test_streams_in_turn_are_each_read_whole_over_few_connections() -> None:
    receptions: list[Reception] = []
    with serving(create_app(Settings(frame_characters=1), ScriptedSource(*PIECES))) as url:
        read_in_turn(port_of(url), PATH, 12, at_once=3, each=receptions.append)
    assert [texts(reception) for reception in receptions] == [PIECES] * 12


@pytest.mark.parametrize("position", range(1, 5))
def test_answer_is_whole_with_the_last_byte_of_its_last_chunk(position: int) -> None:
    request, _ = request_for(PATH)
    reception, last = Reception(request), b"0\r\n\r\n"
    for packet in (HEAD, CHUNK, last[:position]):
        reception.add(packet)
        assert not reception.is_whole
    reception.add(last[position:])
    assert reception.is_whole
    assert [data for _, data in reception.body()] == [CHUNK[3:-2]]


def test_answer_that_ends_early_is_an_error() -> None:
    with raw_server.serving([HEAD, CHUNK]) as url, pytest.raises(ConnectionError, match="Expected a whole answer"):
        read(port_of(url), PATH)


def test_answer_that_ends_early_is_an_error_among_many() -> None:
    with raw_server.serving([HEAD, CHUNK]) as url, pytest.raises(ConnectionError, match="Expected a whole answer"):
        read_at_once(port_of(url), PATH, 1)


def test_answer_without_success_is_an_error() -> None:
    answer: Sequence[Part] = [HEAD.replace(b"200 OK", b"503 Service Unavailable"), b"0\r\n\r\n"]
    with raw_server.serving(answer) as url, pytest.raises(RuntimeError, match="Expected 200, got 503"):
        list(read(port_of(url), PATH).chunks())
