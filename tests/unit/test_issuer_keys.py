"""When the issuer's keys are fetched again, and when they are not."""

from __future__ import annotations

import asyncio
import threading

import jwt
import pytest

from functions.stream.streaming.auth.issuer_keys import (
    FRESH_SECONDS,
    KEPT_SECONDS,
    PAUSE_AFTER_FAILURE_SECONDS,
    PAUSE_SECONDS,
    IssuerKeys,
    KeysUnavailable,
)
from tests.support.issuer import Issuer

pytestmark = pytest.mark.anyio


class Fetching:
    """An issuer that counts, at a time that the test sets."""

    def __init__(self) -> None:
        self.issuer = Issuer()
        self.count = 0
        self.is_down = False
        self.time = 1_000_000.0
        self.threads: set[str] = set()
        self.keys = IssuerKeys(self.issuer.url, fetch=self._fetch, now=lambda: self.time)

    def _fetch(self) -> dict[str, jwt.PyJWK]:
        self.count += 1
        self.threads.add(threading.current_thread().name)
        if self.is_down:
            raise KeysUnavailable("down")
        return self.issuer.keys()


@pytest.fixture
def fetching() -> Fetching:
    return Fetching()


async def test_keys_are_fetched_once_and_kept(fetching: Fetching) -> None:
    for _ in range(3):
        found = await fetching.keys.find("first")
        assert found is not None
        assert found.key_id == "first"
    assert fetching.count == 1


async def test_keys_are_fetched_in_a_thread(fetching: Fetching) -> None:
    await fetching.keys.find("first")
    assert threading.current_thread().name not in fetching.threads


async def test_many_requests_at_once_share_one_fetch(fetching: Fetching) -> None:
    found = await asyncio.gather(*(fetching.keys.find("first") for _ in range(20)))
    assert all(found)
    assert fetching.count == 1


async def test_unknown_key_is_looked_for_with_the_issuer(fetching: Fetching) -> None:
    await fetching.keys.find("first")
    fetching.issuer.rotate("second")
    fetching.time += PAUSE_SECONDS
    assert await fetching.keys.find("second")
    assert fetching.count == 2


async def test_unknown_keys_cause_one_fetch_a_pause(fetching: Fetching) -> None:
    await fetching.keys.find("first")
    fetching.time += PAUSE_SECONDS
    for number in range(50):
        assert await fetching.keys.find(f"made-up-{number}") is None
    assert fetching.count == 2


async def test_key_that_the_issuer_took_back_is_forgotten_in_an_hour(fetching: Fetching) -> None:
    await fetching.keys.find("first")
    fetching.issuer.rotate("second")
    fetching.time += FRESH_SECONDS
    assert await fetching.keys.find("first") is None


async def test_kept_keys_serve_while_the_issuer_is_down(fetching: Fetching) -> None:
    await fetching.keys.find("first")
    fetching.is_down = True
    fetching.time += KEPT_SECONDS - 1
    assert await fetching.keys.find("first")


async def test_keys_are_not_kept_for_ever(fetching: Fetching) -> None:
    await fetching.keys.find("first")
    fetching.is_down = True
    fetching.time += KEPT_SECONDS
    with pytest.raises(KeysUnavailable):
        await fetching.keys.find("first")


async def test_failed_fetch_is_repeated_after_a_short_pause(fetching: Fetching) -> None:
    fetching.is_down = True
    for _ in range(5):
        with pytest.raises(KeysUnavailable):
            await fetching.keys.find("first")
    assert fetching.count == 1
    fetching.is_down = False
    fetching.time += PAUSE_AFTER_FAILURE_SECONDS
    assert await fetching.keys.find("first")
