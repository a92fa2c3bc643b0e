"""Keeps the public keys of the issuer of tokens, and fetches them again."""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import Callable, Sequence
from functools import partial

from ..worker import Worker
from .discovery import FETCH_SECONDS, KeysUnavailable, fetch_keys
from .public_keys import MAX_LOGGED_CHARACTERS, PublicKey

logger = logging.getLogger(__name__)

#: After this long the keys are fetched again, so that one that the issuer took back is not trusted for ever.
FRESH_SECONDS = 3600
#: An issuer that does not answer turns nobody away for as long as this.
KEPT_SECONDS = 24 * 3600
#: A key that is not known may be a new one, or made up by someone who wants us to ask for it again and again.
PAUSE_SECONDS = 30
PAUSE_AFTER_FAILURE_SECONDS = 2


class IssuerKeys:
    """One fetch at a time, however many requests wait for it; none waits where a kept key serves it."""

    def __init__(
        self,
        issuer: str,
        *,
        fetch: Callable[[], Sequence[PublicKey]] | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._fetch = fetch or partial(fetch_keys, issuer)
        self._now = now
        self._refreshing: asyncio.Task[None] | None = None
        self.forget()

    def forget(self) -> None:
        self._keys: Sequence[PublicKey] = ()
        self._fetched_at = -math.inf
        self._next_fetch_at = -math.inf
        if self._refreshing:
            self._refreshing.cancel()
            self._refreshing = None

    async def find(self, key_id: str, algorithm: str) -> list[PublicKey]:
        """The keys of this name that verify this algorithm: an issuer may give one name to several.

        Raises KeysUnavailable.
        """
        found = self._kept(key_id, algorithm)
        if not found or self._age() >= FRESH_SECONDS:
            self._start_refresh()
        if not found and self._refreshing:
            # Not `await`: a request that ends takes the fetch from no other.
            await asyncio.wait({self._refreshing})
            found = self._kept(key_id, algorithm)
        if self._age() >= KEPT_SECONDS:
            raise KeysUnavailable("No keys of the issuer are at hand.")
        return found

    def _kept(self, key_id: str, algorithm: str) -> list[PublicKey]:
        if self._age() >= KEPT_SECONDS:
            return []
        return [key for key in self._keys if key.key_id == key_id and algorithm in key.algorithms]

    def _age(self) -> float:
        return self._now() - self._fetched_at

    def _start_refresh(self) -> None:
        is_refreshing = self._refreshing and not self._refreshing.done()
        if not is_refreshing and self._now() >= self._next_fetch_at:
            self._refreshing = asyncio.create_task(self._refresh())

    async def _refresh(self) -> None:
        # A thread of its own, which is left behind with its answer when that comes too late.
        worker = Worker("issuer-keys")
        try:
            async with asyncio.timeout(FETCH_SECONDS):
                self._keys = await asyncio.wrap_future(worker.submit(self._fetch))
        except Exception as error:
            fields = {"reason": repr(error)[:MAX_LOGGED_CHARACTERS]}
            logger.warning("The issuer's keys could not be fetched.", extra={"fields": fields})
            self._next_fetch_at = self._now() + PAUSE_AFTER_FAILURE_SECONDS
        else:
            self._fetched_at = self._now()
            self._next_fetch_at = self._fetched_at + PAUSE_SECONDS
        finally:
            worker.stop()
