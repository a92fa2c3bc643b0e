"""The beginning of a streamed HTTP response: a JSON object, eight NUL bytes, then the body.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html#runtimes-custom-response-streaming
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from .errors import EmulatorError

SEPARATOR = bytes(8)
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9a-z-]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class BadPrelude(EmulatorError):
    pass


@dataclass(frozen=True)
class Prelude:
    status: int = 200
    headers: tuple[tuple[str, str], ...] = (("content-type", "application/octet-stream"),)


class PreludeParser:
    """Finds the separator wherever the chunks were cut."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._received = bytearray()

    def feed(self, chunk: bytes) -> tuple[Prelude, bytes] | None:
        """The prelude, as soon as it is complete, and what of the body came with it."""
        start = max(0, len(self._received) - len(SEPARATOR) + 1)
        self._received += chunk
        end = self._received.find(SEPARATOR, start)
        if (len(self._received) if end < 0 else end) > self._limit:
            raise BadPrelude(f"Expected a prelude of at most {self._limit!r} bytes; send fewer headers")
        if end < 0:
            return None
        return parse_prelude(bytes(self._received[:end])), bytes(self._received[end + len(SEPARATOR) :])


def parse_prelude(text: bytes) -> Prelude:
    try:
        document = json.loads(text)
        status = int(document.get("statusCode", 200))
        headers = flat_headers(document.get("headers") or {}) + flat_headers(document.get("multiValueHeaders") or {})
        cookies = flat_headers({"set-cookie": document.get("cookies") or []})
    except (ValueError, TypeError, AttributeError) as error:
        message = f'Expected {{"statusCode": ..., "headers": ..., "cookies": ...}}, got {text[:200]!r}'
        raise BadPrelude(f"{message}; the function must send the HTTP integration prelude") from error
    if not 200 <= status <= 599:
        raise BadPrelude(f"Expected a status code from 200 to 599, got {status!r}")
    return Prelude(status, headers + cookies)


def flat_headers(headers: dict[str, object]) -> tuple[tuple[str, str], ...]:
    """A header that is repeated comes as a list."""
    return tuple(
        _legal(name.lower(), str(item).strip(" \t"))
        for name, value in headers.items()
        for item in (value if isinstance(value, list) else [value])
    )


def _legal(name: str, value: str) -> tuple[str, str]:
    if not _NAME.fullmatch(name) or _CONTROL.search(value):
        raise ValueError(f"Expected a header without control characters, got {name!r}: {value!r}")
    return name, value
