"""The events of a stream, typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Starting:
    """First, before any text."""

    stream_id: str


@dataclass(frozen=True)
class Chunk:
    text: str


@dataclass(frozen=True)
class Complete:
    """Last; `usage` holds what the source counted, such as tokens."""

    usage: Mapping[str, object] = field(default_factory=dict)


Event = Starting | Chunk | Complete
