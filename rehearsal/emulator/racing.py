from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class Interrupted(Exception):
    pass


async def unless(event: asyncio.Event, work: Coroutine[Any, Any, T]) -> T:
    """Awaits `work`, or cancels it and raises Interrupted as soon as `event` is set."""
    task = asyncio.ensure_future(work)
    interruption = asyncio.ensure_future(event.wait())
    try:
        await asyncio.wait({task, interruption}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            return task.result()
        raise Interrupted
    finally:
        for future in (task, interruption):
            future.cancel()
        await asyncio.gather(task, interruption, return_exceptions=True)
