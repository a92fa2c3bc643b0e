"""Joins the halves of code points that a source splits between two chunks.

JSON can carry a character beyond U+FFFF as two surrogate escapes, and a model's tokens may fall between them; each half
alone cannot be encoded in UTF-8. https://datatracker.ietf.org/doc/html/rfc8259#section-7
"""

from __future__ import annotations


class SurrogateJoiner:
    def __init__(self) -> None:
        self._held = ""

    def feed(self, chunk: str) -> str:
        """Returns the text that is whole so far. Half a pair at the end of the chunk waits for the next chunk."""
        if chunk.isascii() and not self._held:
            return chunk
        text = self._held + chunk
        self._held = text[-1:] if "\ud800" <= text[-1:] <= "\udbff" else ""
        return _well_formed(text.removesuffix(self._held))

    def flush(self) -> str:
        """Returns U+FFFD for half a pair whose other half never came."""
        held, self._held = self._held, ""
        return _well_formed(held)


def _well_formed(text: str) -> str:
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
