"""The event-stream encoding of AWS, written side only.

https://docs.aws.amazon.com/transcribe/latest/dg/event-stream.html
"""

from __future__ import annotations

import json
import struct
from binascii import crc32
from collections.abc import Mapping

_STRING = 7


def message(headers: Mapping[str, str], payload: bytes) -> bytes:
    encoded_headers = b"".join(_header(name, value) for name, value in headers.items())
    length = 12 + len(encoded_headers) + len(payload) + 4
    prelude = struct.pack(">II", length, len(encoded_headers))
    body = prelude + struct.pack(">I", crc32(prelude)) + encoded_headers + payload
    return body + struct.pack(">I", crc32(body))


def event(event_type: str, content: object) -> bytes:
    headers = {":event-type": event_type, ":content-type": "application/json", ":message-type": "event"}
    return message(headers, json.dumps(content).encode())


def exception(exception_type: str, text: str) -> bytes:
    headers = {":exception-type": exception_type, ":content-type": "application/json", ":message-type": "exception"}
    return message(headers, json.dumps({"message": text}).encode())


def text(piece: str) -> bytes:
    """The payload is ASCII: halves of a surrogate pair are the escapes that a model's tokens may be."""
    return event("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": piece}})


def reasoning(piece: str) -> bytes:
    return event("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"reasoningContent": {"text": piece}}})


def start() -> bytes:
    return event("messageStart", {"role": "assistant"})


def stop(reason: str = "end_turn") -> bytes:
    return event("contentBlockStop", {"contentBlockIndex": 0}) + event("messageStop", {"stopReason": reason})


def usage(input_tokens: int, output_tokens: int) -> bytes:
    tokens = {"inputTokens": input_tokens, "outputTokens": output_tokens, "totalTokens": input_tokens + output_tokens}
    return event("metadata", {"usage": tokens, "metrics": {"latencyMs": 1}})


def damaged(whole: bytes) -> bytes:
    """The same frame with one bit of its payload turned over."""
    position = len(whole) - 6
    return whole[:position] + bytes([whole[position] ^ 1]) + whole[position + 1 :]


def _header(name: str, value: str) -> bytes:
    return struct.pack(">B", len(name)) + name.encode() + struct.pack(">BH", _STRING, len(value)) + value.encode()
