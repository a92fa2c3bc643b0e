"""Prints events and errors: text or JSON lines to standard output, everything else to standard error."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Mapping
from typing import TextIO

from .errors import StreamError
from .events import Chunk, Complete, Event, Starting
from .showing import show, showable


def print_text(event: Event) -> None:
    if isinstance(event, Chunk):
        show(event.text, sys.stdout, end="")
    elif isinstance(event, Complete):
        show("", sys.stdout)


def print_json(event: Event) -> None:
    _print_document(as_document(event))


def as_document(event: Event) -> dict[str, object]:
    """The JSON object that carries the event in the stream."""
    match event:
        case Starting(stream_id):
            return {"status": "starting", "id": stream_id}
        case Chunk(text):
            return {"chunk": text}
        case Complete(usage):
            return {"status": "complete", **usage}


def print_json_error(error: StreamError) -> None:
    """Prints the error as the last line, so that a program learns of it without reading standard error."""
    document = {"error": str(error), "code": error.code, "status": error.status, "id": error.stream_id}
    _print_document(document)


def _print_document(document: Mapping[str, object]) -> None:
    """Prints a line of JSON, in ASCII where standard output cannot show it otherwise."""
    line = json.dumps(document, ensure_ascii=False)
    if sys.stdout is not None and showable(line, sys.stdout) != line:
        line = json.dumps(document)
    show(line, sys.stdout)


class Timing:
    """Prints when each event arrives, and sums up. The clock starts when this is made."""

    def __init__(self, out: TextIO | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._out = out
        self._clock = clock
        self._started = clock()
        self._chunks = 0
        self._bytes = 0
        self._first_text_seconds: float | None = None

    def note(self, event: Event) -> None:
        seconds = self._clock() - self._started
        name = {Starting: "starting", Chunk: "chunk", Complete: "complete"}[type(event)]
        if isinstance(event, Chunk):
            self._chunks += 1
            self._bytes += len(event.text.encode(errors="replace"))
            if self._first_text_seconds is None:
                self._first_text_seconds = seconds
            name = f"{name} {event.text!r}"
        show(f"{seconds * 1000:7.0f} ms  {name}", self._out)

    def summary(self, first_byte_seconds: float | None) -> str:
        seconds = self._clock() - self._started
        rate = f", {self._bytes / seconds:.0f} bytes/s" if seconds else ""
        return (
            f"Time to first byte {_milliseconds(first_byte_seconds)}, to first text "
            f"{_milliseconds(self._first_text_seconds)}; {self._chunks} chunks, {self._bytes} bytes of text in "
            f"{seconds:.2f} s{rate}."
        )


def print_error(error: StreamError, *, in_text: bool) -> None:
    """Prints the error on a line of its own, also where the text broke off in the middle of one."""
    stream_id = f" Stream id: {error.stream_id}." if error.stream_id else ""
    show(("\n" if in_text else "") + str(error) + stream_id, sys.stderr)


def _milliseconds(seconds: float | None) -> str:
    return "unknown" if seconds is None else f"{seconds * 1000:.0f} ms"
