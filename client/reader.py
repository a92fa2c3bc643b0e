"""Turns decoded server-sent events into typed ones, by the contract of the stream."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from .errors import FailedStream, MalformedStream, TruncatedStream
from .events import Chunk, Complete, Event, Starting


@dataclass
class EventReader:
    """Reads the events of one stream."""

    stream_id: str | None = field(default=None, init=False)
    _ended: bool = field(default=False, init=False)

    def read(self, data: str) -> Event | None:
        """The typed event, or None for one without data, such as an id alone. Raises FailedStream, MalformedStream."""
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
        """To be called at the end of the body. Raises TruncatedStream where the last event is missing."""
        if not self._ended:
            raise TruncatedStream(stream_id=self.stream_id)


def _parse(data: str) -> object:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None
