from __future__ import annotations

import asyncio
from typing import Generic, TypeVar

T = TypeVar("T")


class Mailbox(Generic[T]):
    """A long-poll: its owner is idle while it waits for the next item."""

    def __init__(self) -> None:
        self._items: asyncio.Queue[T] = asyncio.Queue()
        self._idle = asyncio.Event()

    async def take(self) -> T:
        self._idle.set()
        return await self._items.get()

    def put(self, item: T) -> None:
        self._idle.clear()
        self._items.put_nowait(item)

    async def idle(self) -> None:
        await self._idle.wait()
