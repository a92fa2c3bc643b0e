"""What of a document a link can lead to."""

from __future__ import annotations

import re

_BLOCK = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def without_blocks(text: str) -> str:
    """Without its blocks of code."""
    return _BLOCK.sub("", text)


def blocks(text: str) -> list[str]:
    return _BLOCK.findall(text)


def anchors(text: str, *, level: str = "#+") -> set[str]:
    """As GitHub makes them of headings. `level` is a pattern of their signs."""
    headings: list[str] = re.findall(rf"^{level} (.+)$", without_blocks(text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}
