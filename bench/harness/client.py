"""The client of the bench: reads streams off loopback and keeps each packet with its time of arrival."""

from __future__ import annotations

import asyncio
import json
import resource
import socket
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import h11

from client.decoding import server_sent_events

_LAST_CHUNK = b"0\r\n\r\n"
_READ_BYTES = 256 * 1024
_OPEN_FILES = 4096


@dataclass
class Reception:
    """One answer as it came. Times are nanoseconds of CLOCK_MONOTONIC, which all processes share."""

    path: str
    asked_at: int = field(default_factory=time.monotonic_ns)
    packets: list[tuple[int, bytes]] = field(default_factory=list)
    _tail: bytes = b""

    @property
    def head(self) -> bytes:
        return f"GET {self.path} HTTP/1.1\r\nhost: localhost\r\n\r\n".encode()

    def add(self, packet: bytes) -> None:
        """Raises ConnectionError for an empty packet, the connection's end, and RuntimeError for any status but 200."""
        if not packet:
            raise ConnectionError(f"Expected a whole answer to {self.path!r}, got the connection's end.")
        if not self.packets and not packet.startswith(b"HTTP/1.1 200 "):
            raise RuntimeError(f"Expected 200 for {self.path!r}, got {packet[:200]!r}: ask by hand.")
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

    def texts(self) -> Sequence[tuple[int, str]]:
        """Returns when each event that carries text was whole, and its text."""
        now = self.asked_at

        def body() -> Iterator[bytes]:
            nonlocal now
            for arrived_at, data in self.body():
                now = arrived_at
                yield data

        events = ((now, json.loads(event.data)) for event in server_sent_events(body()) if event.data)
        return [(arrived_at, event["chunk"]) for arrived_at, event in events if "chunk" in event]

    def body(self) -> Iterator[tuple[int, bytes]]:
        """Raises h11's error for an answer that is not whole."""
        connection = h11.Connection(h11.CLIENT)
        connection.send(h11.Request(method="GET", target=self.path, headers=[("host", "localhost")]))
        connection.send(h11.EndOfMessage())
        for arrived_at, packet in self.packets:
            connection.receive_data(packet)
            while isinstance(event := connection.next_event(), h11.Response | h11.Data):
                if isinstance(event, h11.Data):
                    yield arrived_at, bytes(event.data)


def read(port: int, path: str) -> Reception:
    """Reads one stream, and does less for a packet than any server, so that the server is the limit."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        reception = Reception(path)
        connection.sendall(reception.head)
        while not reception.is_whole:
            reception.add(connection.recv(_READ_BYTES))
    return reception


def read_at_once(port: int, path: str, streams: int) -> Sequence[Reception]:
    """Reads streams that are asked for in the same moment, each on a connection of its own."""

    async def read_all() -> Sequence[Reception]:
        connections = [await asyncio.open_connection("127.0.0.1", port) for _ in range(streams)]
        try:
            return await asyncio.gather(*(_read(path, *connection) for connection in connections))
        finally:
            for _, writer in connections:
                writer.close()

    return asyncio.run(read_all())


async def _read(path: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Reception:
    reception = Reception(path)
    writer.write(reception.head)
    while not reception.is_whole:
        reception.add(await reader.read(_READ_BYTES))
    return reception


def allow_many_connections() -> None:
    """Raises the limit of open files for this process and for the servers that it starts from then on."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (_OPEN_FILES, hard))
