"""The wire contract of a stream: its events, and how they are encoded.

An event is one write. A client that asks for an event stream gets id and data in one block, as every reader of the
format expects them. Any other may be a reader that splits on blank lines, keeps what starts with `data: ` and parses
the rest as JSON: it gets the id in a block of its own before. By the specification both mean the same, but
eventsource-parser, under most readers in JavaScript, forgets the id of a block that has no data.
(docs/architecture.md, deviation 5; docs/architecture.md, deviation 6)
https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from ..answers.endings import Ending

HEADERS = {
    "cache-control": "no-cache, no-store, no-transform",
    # A page elsewhere may not show or keep the answer, unless CORS lets it read it.
    "cross-origin-resource-policy": "same-origin",
    "vary": "accept",
    "x-accel-buffering": "no",
}
MEDIA_TYPE = "text/event-stream"
#: An SSE comment: readers skip it, and for proxies the connection is not idle.
HEARTBEAT = b": ping\n\n"

_JSON = json.JSONEncoder(ensure_ascii=False, allow_nan=False)
# str.splitlines() breaks lines at these, and so do some clients, but SSE does not; JSON escapes avoid the difference.
_UNICODE_LINE_BREAKS = {"\x85": "\\u0085", "\u2028": "\\u2028", "\u2029": "\\u2029"}
# The characters that JSON and the line above escape, the most frequent first.
_TO_ESCAPE = ("\n", '"', "\\", *map(chr, range(0x20)), *_UNICODE_LINE_BREAKS)
_LONG = 1024


def wants_one_block(accept: str) -> bool:
    """Returns whether a client names the format itself, as EventSource and its libraries do and `*/*` does not."""
    media_ranges = (part.strip().lower().split(";") for part in accept.split(","))
    return any(name.strip() == MEDIA_TYPE and not _is_refused(parameters) for name, *parameters in media_ranges)


def _is_refused(parameters: list[str]) -> bool:
    """Returns whether the weight of a media range is 0. https://www.rfc-editor.org/rfc/rfc9110#name-quality-values"""
    return any(re.fullmatch(r"q=0(\.0{0,3})?", parameter.strip()) for parameter in parameters)


class EventEncoder:
    """Encodes the events of one stream and numbers them from 1."""

    def __init__(self, *, one_block: bool = False) -> None:
        """`one_block` puts id and data into one block, instead of the id into a block of its own."""
        self.last_id = 0
        self._after_id = "\n" if one_block else "\n\n"

    def starting(self, stream_id: str) -> bytes:
        return self._encode({"status": "starting", "id": stream_id})

    def chunk(self, text: str) -> bytes:
        return self._block(f'{{"chunk": "{_escaped(text)}"}}')

    def ending(self, ending: Ending) -> bytes:
        """Raises ValueError or TypeError for a usage that JSON cannot express."""
        if ending.code is None:
            # A source may add fields, but not replace those of the protocol.
            return self._encode({"status": "complete", **ending.usage, **{"status": "complete"}})
        return self._encode({"error": ending.message, "code": ending.code})

    def _encode(self, event: Mapping[str, object]) -> bytes:
        return self._block(_in_one_line(_JSON.encode(event)))

    def _block(self, data: str) -> bytes:
        encoded = f"id: {self.last_id + 1}{self._after_id}data: {data}\n\n".encode()
        self.last_id += 1
        return encoded


def _escaped(text: str) -> str:
    """Returns what JSON has between its quotes.

    Encoding looks at each character, which takes five times as long as to search a long text for what needs an escape.
    """
    if len(text) > _LONG and not any(map(text.__contains__, _TO_ESCAPE)):
        return text
    return _in_one_line(_JSON.encode(text))[1:-1]


def _in_one_line(data: str) -> str:
    if not data.isascii():
        for character, escape in _UNICODE_LINE_BREAKS.items():
            data = data.replace(character, escape)
    return data
