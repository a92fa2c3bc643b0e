"""Reads a prompt as the text that its writer meant: UTF-8, with a byte order mark or without."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TextIO


def read_file(path: Path) -> str:
    """Raises OSError, UnicodeError."""
    return _decode(path.read_bytes(), "utf-8")


def read_standard_input(stdin: TextIO) -> str:
    """Reads the bytes, because the console's encoding is often not that of a pipe. Raises OSError, UnicodeError."""
    # Whoever embeds the command may have put text without bytes there.
    binary = getattr(stdin, "buffer", None)
    return _decode(binary.read(), stdin.encoding) if binary is not None else stdin.read()


def _decode(data: bytes, encoding: str) -> str:
    """UTF-8 where it is valid, `encoding` otherwise. Line ends become those of Python, as of any text file."""
    try:
        return _text(data, "utf-8-sig")
    except UnicodeDecodeError:
        return _text(data, encoding)


def _text(data: bytes, encoding: str) -> str:
    return io.TextIOWrapper(io.BytesIO(data), encoding).read()
