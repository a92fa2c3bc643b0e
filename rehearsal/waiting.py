"""Waiting for a condition, never for a time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

_PATIENCE_SECONDS = 10.0
_POLL_SECONDS = 0.005


def wait_until(condition: Callable[[], object], what: str, patience_seconds: float = _PATIENCE_SECONDS) -> None:
    give_up = time.monotonic() + patience_seconds
    while not condition():
        assert time.monotonic() < give_up, f"Expected {what} within {patience_seconds:.0f} s."
        time.sleep(_POLL_SECONDS)


async def until(condition: Callable[[], object], what: str, patience_seconds: float = _PATIENCE_SECONDS) -> None:
    """The same without blocking the event loop."""
    give_up = time.monotonic() + patience_seconds
    while not condition():
        assert time.monotonic() < give_up, f"Expected {what} within {patience_seconds:.0f} s."
        await asyncio.sleep(_POLL_SECONDS)
