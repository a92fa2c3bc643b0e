from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from client.decoding import LineEnds, server_sent_events

_LINE_END = re.compile(rb"\r\n|\r|\n")
_bodies = st.lists(st.sampled_from([b"\r", b"\n", b"\r\n", b"a", b"", "é".encode()])).map(b"".join)


def _cut(body: bytes, places: list[int]) -> list[bytes]:
    places = sorted({0, len(body), *(place % (len(body) + 1) for place in places)})
    return [body[start:end] for start, end in itertools.pairwise(places)]


@given(_bodies, st.lists(st.integers(0, 100)))
def test_every_line_end_is_one_lf_wherever_the_packets_part(body: bytes, places: list[int]) -> None:
    ends = LineEnds()
    assert b"".join(ends.feed(part) for part in _cut(body, places)) == _LINE_END.sub(b"\n", body)


@given(st.sampled_from([b"\n", b"\r", b"\r\n"]), st.booleans(), st.lists(st.integers(0, 100)))
def test_events_are_the_same_wherever_the_packets_part(end: bytes, mark: bool, places: list[int]) -> None:
    lines = [b"data: h\xc3\xa9llo", b"", b": comment", b"id: 7", b"unknown: x", b"data: \xf0\x9f\x98\x80", b"", b""]
    body = (b"\xef\xbb\xbf" if mark else b"") + end.join(lines)
    events = [(event.id, event.data) for event in server_sent_events(_cut(body, places))]
    assert events[:2] == [("", "héllo"), ("7", "😀")]
    assert all(data == "" for _, data in events[2:])


def test_event_comes_with_the_packet_that_ends_it() -> None:
    seen: list[bytes] = []
    packets = [b"data: 1\r\r", b"data: 2\r\n\r", b"\ndata: 3\n\n"]

    def body() -> Iterator[bytes]:
        for packet in packets:
            seen.append(packet)
            yield packet

    events = server_sent_events(body())
    assert [(event.data, len(seen)) for event in events] == [("1", 1), ("2", 2), ("3", 3)]
