"""Waiting for a condition, never for a time."""

from __future__ import annotations

import asyncio
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import httpx

#: The time after which whatever is waited for counts as hanging. A busy machine is slow, not broken, so this is far
#: more than five times what a quiet one takes.
PATIENCE_SECONDS = 60.0
_POLL_SECONDS = 0.005


def wait_until(condition: Callable[[], object], what: str, patience_seconds: float = PATIENCE_SECONDS) -> None:
    """Raises AssertionError when the condition does not hold in time."""
    give_up = time.monotonic() + patience_seconds
    while not condition():
        assert time.monotonic() < give_up, f"Expected {what} within {patience_seconds:.0f} s."
        time.sleep(_POLL_SECONDS)


async def until(condition: Callable[[], object], what: str, patience_seconds: float = PATIENCE_SECONDS) -> None:
    """Does the same without blocking the event loop."""
    give_up = time.monotonic() + patience_seconds
    while not condition():
        assert time.monotonic() < give_up, f"Expected {what} within {patience_seconds:.0f} s."
        await asyncio.sleep(_POLL_SECONDS)


def wait_until_serving(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    """Returns once the URL answers 200. Raises RuntimeError, with the end of the log, when the process exits before."""
    wait_until(lambda: _answers(url) or process.poll() is not None, f"an answer from {url}")
    if process.poll() is not None:
        raise RuntimeError(f"Expected a server at {url}, got exit status {process.poll()}: {log.read_text()[-2000:]}")


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, trust_env=False).status_code == 200
    except httpx.TransportError:
        return False
