"""The client of the bench: reads streams off loopback and keeps each packet with its time of arrival."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import h11

from client.decoding import server_sent_events

_LAST_CHUNK = b"0\r\n\r\n"
_READ_BYTES = 256 * 1024


@dataclass
class Reception:
    """One answer as it came. Times are those of CLOCK_MONOTONIC in nanoseconds, which all processes share."""

    request: h11.Request
    asked_at: int = field(default_factory=time.monotonic_ns)
    packets: list[tuple[int, bytes]] = field(default_factory=list)
    _tail: bytes = b""

    def add(self, packet: bytes) -> None:
        """Raises ConnectionError for an empty one, which is the connection's end."""
        if not packet:
            raise ConnectionError(f"Expected a whole answer to {self.request.target!r}, got the connection's end.")
        self.packets.append((time.monotonic_ns(), packet))
        self._tail = (self._tail + packet[-len(_LAST_CHUNK) :])[-len(_LAST_CHUNK) :]

    @property
    def is_whole(self) -> bool:
        return self._tail == _LAST_CHUNK

    @property
    def first_byte_seconds(self) -> float:
        return (self.packets[0][0] - self.asked_at) / 1e9

    @property
    def seconds(self) -> float:
        return (self.packets[-1][0] - self.asked_at) / 1e9

    def chunks(self) -> Iterator[tuple[int, str]]:
        """Of the events, those which carry text: when each was whole, and the text."""
        for arrived_at, data in self.events():
            event = json.loads(data)
            if "chunk" in event:
                yield arrived_at, event["chunk"]

    def events(self) -> Iterator[tuple[int, str]]:
        now = self.asked_at

        def body() -> Iterator[bytes]:
            nonlocal now
            for arrived_at, data in self.body():
                now = arrived_at
                yield data

        for event in server_sent_events(body()):
            if event.data:
                yield now, event.data

    def body(self) -> Iterator[tuple[int, bytes]]:
        """Raises RuntimeError for any answer but 200, and h11's error for one that is not whole."""
        connection = h11.Connection(h11.CLIENT)
        connection.send(self.request)
        connection.send(h11.EndOfMessage())
        for arrived_at, packet in self.packets:
            connection.receive_data(packet)
            while isinstance(event := connection.next_event(), h11.Response | h11.Data):
                if isinstance(event, h11.Data):
                    yield arrived_at, bytes(event.data)
                elif event.status_code != 200:
                    raise RuntimeError(f"Expected 200, got {event.status_code}: ask {self.request.target!r} by hand.")


def request_for(path: str) -> tuple[h11.Request, bytes]:
    """And how it stands in bytes."""
    request = h11.Request(method="GET", target=path, headers=[("host", "localhost")])
    head = h11.Connection(h11.CLIENT).send(request)
    assert head is not None
    return request, head


def read(port: int, path: str) -> Reception:
    """One stream by a client that does less for a packet than any server, so that the server is the limit."""
    request, head = request_for(path)
    with socket.create_connection(("127.0.0.1", port)) as connection:
        reception = Reception(request)
        connection.sendall(head)
        while not reception.is_whole:
            reception.add(connection.recv(_READ_BYTES))
    return reception
