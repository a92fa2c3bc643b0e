"""Shows text that a service sent on a console that may not be able to."""

from __future__ import annotations

from typing import TextIO

# The control characters that a terminal obeys instead of showing them, but for tabs and line ends.
# https://www.unicode.org/charts/PDF/U0000.pdf, https://www.unicode.org/charts/PDF/U0080.pdf
_CONTROLS = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\t\n"}


def showable(text: str, out: TextIO) -> str:
    """The text as `out` can show it.

    A question mark replaces a character that its encoding lacks, such as an emoji in cp1252 or half a surrogate pair.
    A terminal gets control characters as escapes, since a text could colour, overwrite or retitle it. A pipe or a file
    gets them as they are.
    """
    if out.isatty():
        text = text.replace("\r\n", "\n").translate(_CONTROLS)
    encoding = out.encoding or "utf-8"
    return text.encode(encoding, "replace").decode(encoding)


def show(text: str, out: TextIO | None, end: str = "\n") -> None:
    """Prints at once. `out` is None where the shell closed it."""
    if out is not None:
        print(showable(text, out), end=end, file=out, flush=True)
