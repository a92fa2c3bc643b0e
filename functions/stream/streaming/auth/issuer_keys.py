"""The public keys of the issuer of tokens: found by OpenID Connect discovery, fetched in a thread, and kept.

https://openid.net/specs/openid-connect-discovery-1_0.html
"""

from __future__ import annotations

import asyncio
import http.client
import json
import logging
import math
import time
import urllib.request
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import jwt

logger = logging.getLogger(__name__)

Keys = Mapping[str, jwt.PyJWK]

#: After this long the keys are fetched again, so that one that the issuer took back is not trusted for ever.
FRESH_SECONDS = 3600
#: An issuer that does not answer turns nobody away for as long as this.
KEPT_SECONDS = 24 * 3600
#: A key that is not known may be a new one, or made up by someone who wants us to ask for it again and again.
PAUSE_SECONDS = 30
PAUSE_AFTER_FAILURE_SECONDS = 2

_TIMEOUT_SECONDS = 5
_MAX_BYTES = 512 * 1024


class KeysUnavailable(Exception):
    """The issuer does not give its keys, and none are kept; the message is for the log."""


class IssuerKeys:
    """One fetch at a time, however many requests wait for it."""

    def __init__(
        self, issuer: str, *, fetch: Callable[[], Keys] | None = None, now: Callable[[], float] = time.time
    ) -> None:
        self._fetch = fetch or partial(fetch_keys, issuer)
        self._now = now
        self._fetching = asyncio.Lock()
        self.forget()

    def forget(self) -> None:
        self._keys: Keys = {}
        self._fetched_at = -math.inf
        self._next_fetch_at = -math.inf

    async def find(self, key_id: str) -> jwt.PyJWK | None:
        """Raises KeysUnavailable."""
        if not self._is_fresh(key_id):
            async with self._fetching:
                if not self._is_fresh(key_id) and self._now() >= self._next_fetch_at:
                    await self._refresh()
        if self._now() >= self._fetched_at + KEPT_SECONDS:
            raise KeysUnavailable("No keys of the issuer are at hand.")
        return self._keys.get(key_id)

    def _is_fresh(self, key_id: str) -> bool:
        return key_id in self._keys and self._now() < self._fetched_at + FRESH_SECONDS

    async def _refresh(self) -> None:
        try:
            self._keys = await asyncio.to_thread(self._fetch)
        except KeysUnavailable:
            logger.warning("The issuer's keys could not be fetched.", exc_info=True)
            self._next_fetch_at = self._now() + PAUSE_AFTER_FAILURE_SECONDS
        else:
            self._fetched_at = self._now()
            self._next_fetch_at = self._fetched_at + PAUSE_SECONDS


def fetch_keys(issuer: str) -> Keys:
    """Blocks. Raises KeysUnavailable."""
    try:
        discovered = _get_json(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        if discovered.get("issuer") != issuer:
            raise ValueError(f"Expected the issuer {issuer!r} to describe itself, got {discovered.get('issuer')!r}.")
        location = str(discovered.get("jwks_uri"))
        if urlsplit(location).scheme != urlsplit(issuer).scheme:
            raise ValueError(f"Expected the keys of {issuer!r} by the issuer's own scheme, got {location!r}.")
        found = jwt.PyJWKSet.from_dict(_get_json(location))
    except (OSError, http.client.HTTPException, ValueError, jwt.PyJWTError) as error:
        raise KeysUnavailable(str(error)) from error
    return {key.key_id: key for key in found if key.key_id}


def _get_json(url: str) -> dict[str, Any]:
    with urllib.request.urlopen(url, timeout=_TIMEOUT_SECONDS) as response:
        document = json.loads(response.read(_MAX_BYTES))
    if not isinstance(document, dict):
        raise ValueError(f"Expected a JSON object at {url}, got {type(document).__name__}.")
    return document
