"""Reads a stream as strictly as the contract writes it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

#: The id in the block of its data, or in one of its own before.
_EVENT = re.compile(rb"id: (\d+)(\n\n?)data: ([^\n]+)\n\n")
_COMMENT = re.compile(rb": ping\n\n")


@dataclass
class Stream:
    events: list[dict[str, Any]] = field(default_factory=list)
    comments: int = 0
    #: How the events stand in bytes, one of "one block" and "two blocks".
    forms: set[str] = field(default_factory=set)

    @property
    def id(self) -> str:
        assert set(self.events[0]) == {"status", "id"}
        assert self.events[0]["status"] == "starting"
        return str(self.events[0]["id"])

    @property
    def chunks(self) -> list[str]:
        return [event["chunk"] for event in self.events if "chunk" in event]

    @property
    def text(self) -> str:
        return "".join(self.chunks)

    @property
    def last(self) -> dict[str, Any]:
        """The last event, which has to be the only one that ends the stream."""
        endings = [event for event in self.events if event.get("status") == "complete" or "error" in event]
        assert endings == self.events[-1:], (
            f"Expected the last event, and no other, to end it, got {self.events[-3:]!r}."
        )
        return endings[0]


def read_stream(body: bytes) -> Stream:
    """Raises AssertionError at the first byte that the contract does not allow."""
    stream = Stream()
    position = 0
    while position < len(body):
        if comment := _COMMENT.match(body, position):
            stream.comments += 1
            position = comment.end()
            continue
        event = _EVENT.match(body, position)
        assert event, f"Expected an event or a comment, got {body[position : position + 200]!r}."
        stream.events.append(json.loads(event[3]))
        stream.forms.add("one block" if event[2] == b"\n" else "two blocks")
        assert len(stream.forms) == 1
        assert int(event[1]) == len(stream.events)
        position = event.end()
    return stream
