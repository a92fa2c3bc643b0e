"""The work that every contender does: text out of nothing, so that what is measured is the way to the wire."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator


async def pieces(events: int, size: int, interval_ms: float = 0) -> AsyncIterator[str]:
    text = "x" * size
    for number in range(events):
        if number and interval_ms:
            await asyncio.sleep(interval_ms / 1000)
        yield text
