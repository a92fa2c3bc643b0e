"""What the command prints: text or JSON lines to standard output, everything else to standard error."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from .errors import StreamError
from .events import Chunk, Complete, Event, Starting


def print_text(event: Event) -> None:
    if isinstance(event, Chunk):
        print(event.text, end="", flush=True)
    elif isinstance(event, Complete):
        print(flush=True)


def print_json(event: Event) -> None:
    print(json.dumps(as_document(event), ensure_ascii=False), flush=True)


def as_document(event: Event) -> dict[str, object]:
    """As the wire has it."""
    match event:
        case Starting(stream_id):
            return {"status": "starting", "id": stream_id}
        case Chunk(text):
            return {"chunk": text}
        case Complete(usage):
            return {"status": "complete", **usage}


def print_json_error(error: StreamError) -> None:
    """The last line, so that whoever reads the lines knows how they ended without reading standard error."""
    document = {"error": str(error), "code": error.code, "status": error.status, "id": error.stream_id}
    print(json.dumps(document, ensure_ascii=False), flush=True)


@dataclass
class Timing:
    """Arrival of each event, and what they sum up to."""

    clock: Callable[[], float] = time.monotonic
    _started: float = field(init=False)
    _pieces: int = field(default=0, init=False)
    _bytes: int = field(default=0, init=False)
    _first_text: float | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self._started = self.clock()

    def note(self, event: Event) -> None:
        seconds = self.clock() - self._started
        name = {Starting: "starting", Chunk: "chunk", Complete: "complete"}[type(event)]
        shown = name
        if isinstance(event, Chunk):
            self._pieces += 1
            self._bytes += len(event.text.encode(errors="replace"))
            self._first_text = seconds if self._first_text is None else self._first_text
            shown = f"{name} {event.text!r}"
        _tell(f"{seconds * 1000:9.0f} ms  {shown}")

    def sum_up(self, first_byte_seconds: float | None) -> None:
        seconds = self.clock() - self._started
        rate = f", {self._bytes / seconds:.0f} bytes/s" if seconds else ""
        _tell(
            f"Time to first byte {_milliseconds(first_byte_seconds)}, to first text {_milliseconds(self._first_text)}; "
            f"{self._pieces} pieces, {self._bytes} bytes of text in {seconds:.2f} s{rate}."
        )


def tell_error(error: StreamError, *, in_text: bool) -> None:
    """On a line of its own, also where the text broke off in the middle of one."""
    _tell(("\n" if in_text else "") + str(error) + (f" Stream id: {error.stream_id}." if error.stream_id else ""))


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _milliseconds(seconds: float | None) -> str:
    return "unknown" if seconds is None else f"{seconds * 1000:.0f} ms"
