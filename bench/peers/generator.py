"""The work that every contender does: text out of nothing, so that what is measured is the way to the wire."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator


async def pieces(events: int, size: int, interval_ms: float = 0) -> AsyncIterator[str]:
    """Those with a pause between them say when they were made, in nanoseconds of CLOCK_MONOTONIC."""
    text = "x" * size
    for number in range(events):
        if number and interval_ms:
            await asyncio.sleep(interval_ms / 1000)
        yield f"{time.monotonic_ns():<{size}}" if interval_ms else text
