"""The events of a stream, in the order in which they arrive: Starting, any number of Chunk, Complete."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Starting:
    """The first event: the service has taken the request, and its source begins to answer."""

    #: The id that every log line of this stream carries.
    stream_id: str


@dataclass(frozen=True)
class Chunk:
    """A part of the text. The chunks of a stream, joined, are its whole text."""

    text: str


@dataclass(frozen=True)
class Complete:
    """The last event of a stream that succeeded."""

    #: What the source counted, such as {"input_tokens": 12, "output_tokens": 250}; empty where it counts nothing.
    usage: Mapping[str, object] = field(default_factory=dict)


Event = Starting | Chunk | Complete
