"""The work that every candidate does: text out of nothing, so that what is measured is the way to the wire."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator

_STAMP_CHARACTERS = 20


async def chunks(prompt: str) -> AsyncIterator[str]:
    """Reads what to do off the prompt, in JSON: so many events of such a size, so far apart.

    Where there are pauses and room, a chunk says when it was made, in nanoseconds of CLOCK_MONOTONIC.
    """
    work = json.loads(prompt)
    events, size, interval_ms = work["events"], work["size"], work["interval_ms"]
    text = "x" * size
    is_stamped = bool(interval_ms) and size >= _STAMP_CHARACTERS
    for number in range(events):
        if number and interval_ms:
            await asyncio.sleep(interval_ms / 1000)
        yield f"{time.monotonic_ns():<{size}}" if is_stamped else text
