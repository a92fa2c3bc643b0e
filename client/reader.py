"""From decoded server-sent events to typed ones. Knows the contract, and nothing of the transport."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from .errors import FailedStream, MalformedStream, TruncatedStream
from .events import Chunk, Complete, Event, Starting


@dataclass
class EventReader:
    stream_id: str | None = field(default=None, init=False)
    _ended: bool = field(default=False, init=False)

    def read(self, data: str) -> Event | None:
        """None for an event that says nothing, such as the block of an id. Raises FailedStream, MalformedStream."""
        if not data or self._ended:
            return None
        match _parse(data):
            case {"status": "starting", "id": str(stream_id)}:
                self.stream_id = stream_id
                return Starting(stream_id)
            case {"chunk": str(text)}:
                return Chunk(text)
            case {"status": "complete", **usage}:
                self._ended = True
                return Complete({str(name): value for name, value in usage.items()})
            case {"error": str(message), "code": str(code)}:
                self._ended = True
                raise FailedStream(code, message, stream_id=self.stream_id)
        raise MalformedStream(f"Expected an event of the stream, got {data[:200]!r}.", stream_id=self.stream_id)

    def finish(self) -> None:
        """Call at the end of the connection. Raises TruncatedStream."""
        if not self._ended:
            raise TruncatedStream(stream_id=self.stream_id)


def _parse(data: str) -> object:
    try:
        return json.loads(data)
    except ValueError:
        return None
