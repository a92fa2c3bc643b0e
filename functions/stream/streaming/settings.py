"""What the function reads from its environment. Imports the standard library only: infra takes the names from here."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

SOURCE = "STREAM_SOURCE"
MAX_INPUT_BYTES = "STREAM_MAX_INPUT_BYTES"
HEARTBEAT_SECONDS = "STREAM_HEARTBEAT_SECONDS"
FRAME_CHARACTERS = "STREAM_FRAME_CHARACTERS"
FRAME_MILLISECONDS = "STREAM_FRAME_MILLISECONDS"
DEADLINE_MARGIN_SECONDS = "STREAM_DEADLINE_MARGIN_SECONDS"
BEDROCK_MODEL_ID = "STREAM_BEDROCK_MODEL_ID"
BEDROCK_MAX_OUTPUT_TOKENS = "STREAM_BEDROCK_MAX_OUTPUT_TOKENS"

_Number = TypeVar("_Number", int, float)


@dataclass(frozen=True, kw_only=True)
class Settings:
    source: str = "local"
    max_input_bytes: int = 32 * 1024
    heartbeat_seconds: float = 10
    #: A frame leaves when it holds this many characters, or when this long has passed since the one before.
    frame_characters: int = 512
    frame_milliseconds: float = 40
    #: How long before the end of the invocation a stream says goodbye.
    deadline_margin_seconds: float = 3

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """Raises ValueError, naming the variable, when one is not a positive number."""
        return cls(
            source=environment.get(SOURCE, cls.source),
            max_input_bytes=positive(environment, MAX_INPUT_BYTES, cls.max_input_bytes, int),
            heartbeat_seconds=positive(environment, HEARTBEAT_SECONDS, cls.heartbeat_seconds, float),
            frame_characters=positive(environment, FRAME_CHARACTERS, cls.frame_characters, int),
            frame_milliseconds=positive(environment, FRAME_MILLISECONDS, cls.frame_milliseconds, float),
            deadline_margin_seconds=positive(environment, DEADLINE_MARGIN_SECONDS, cls.deadline_margin_seconds, float),
        )


def positive(environment: Mapping[str, str], name: str, default: _Number, parse: Callable[[str], _Number]) -> _Number:
    if name not in environment:
        return default
    with contextlib.suppress(ValueError):
        value = parse(environment[name])
        if 0 < value < float("inf"):
            return value
    kind = "a whole number" if parse is int else "a number"
    raise ValueError(f"Expected {name} to be {kind} above 0, got {environment[name]!r}: correct the environment.")
