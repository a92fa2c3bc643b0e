"""When the issuer's keys are fetched again, and when they are not."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import pytest

from functions.stream.streaming.auth.discovery import FETCH_SECONDS, KeysUnavailable
from functions.stream.streaming.auth.issuer_keys import (
    FRESH_SECONDS,
    KEPT_SECONDS,
    PAUSE_AFTER_FAILURE_SECONDS,
    PAUSE_SECONDS,
    IssuerKeys,
)
from functions.stream.streaming.auth.public_keys import PublicKey
from tests.support.clock import now, run_on_virtual_clock
from tests.support.issuer import Issuer
from tests.support.logs import JsonLog

pytestmark = pytest.mark.anyio


class Fetching:
    """An issuer that counts, at a time that the test sets."""

    def __init__(self) -> None:
        self.issuer = Issuer()
        self.count = 0
        self.failure: Exception | None = None
        self.time = 1_000_000.0
        self.threads: set[str] = set()
        self.may_answer = threading.Event()
        self.may_answer.set()
        self.keys = IssuerKeys(self.issuer.url, fetch=self._fetch, now=lambda: self.time)

    def _fetch(self) -> tuple[PublicKey, ...]:
        self.count += 1
        self.threads.add(threading.current_thread().name)
        keys = self.issuer.keys()
        self.may_answer.wait(60)
        if self.failure:
            raise self.failure
        return keys

    async def find(self, key_id: str) -> list[str]:
        return [key.key_id for key in await self.keys.find(key_id, "ES256")]


@pytest.fixture
def fetching() -> Iterator[Fetching]:
    fetching = Fetching()
    yield fetching
    fetching.may_answer.set()


async def test_keys_are_fetched_once_and_kept(fetching: Fetching) -> None:
    for _ in range(3):
        assert await fetching.find("first") == ["first"]
    assert fetching.count == 1


async def test_keys_are_fetched_in_a_thread(fetching: Fetching) -> None:
    await fetching.find("first")
    assert threading.current_thread().name not in fetching.threads


async def test_many_requests_at_once_share_one_fetch(fetching: Fetching) -> None:
    found = await asyncio.gather(*(fetching.find("first") for _ in range(20)))
    assert all(found)
    assert fetching.count == 1


async def test_unknown_key_is_looked_for_with_the_issuer(fetching: Fetching) -> None:
    await fetching.find("first")
    fetching.issuer.rotate("second")
    fetching.time += PAUSE_SECONDS
    assert await fetching.find("second")
    assert fetching.count == 2


async def test_unknown_keys_cause_one_fetch_a_pause(fetching: Fetching) -> None:
    await fetching.find("first")
    fetching.time += PAUSE_SECONDS
    for number in range(50):
        assert await fetching.find(f"made-up-{number}") == []
    assert fetching.count == 2


async def test_key_that_the_issuer_took_back_is_forgotten_in_an_hour(fetching: Fetching) -> None:
    await fetching.find("first")
    fetching.issuer.rotate("second")
    fetching.time += FRESH_SECONDS
    assert await fetching.find("first") == ["first"]
    assert await fetching.find("second") == ["second"]
    assert await fetching.find("first") == []


async def test_stale_keys_serve_at_once_while_fresh_ones_are_fetched(fetching: Fetching) -> None:
    await fetching.find("first")
    fetching.issuer.rotate("second")
    fetching.time += FRESH_SECONDS
    fetching.may_answer.clear()
    found = await asyncio.gather(*(fetching.find("first") for _ in range(20)))
    assert found == [["first"]] * 20
    fetching.may_answer.set()
    assert await fetching.find("second") == ["second"]
    assert fetching.count == 2


async def test_kept_keys_serve_while_the_issuer_is_down(fetching: Fetching) -> None:
    await fetching.find("first")
    fetching.failure = KeysUnavailable("down")
    fetching.time += KEPT_SECONDS - 1
    assert await fetching.find("first")


async def test_keys_are_not_kept_for_ever(fetching: Fetching) -> None:
    await fetching.find("first")
    fetching.failure = KeysUnavailable("down")
    fetching.time += KEPT_SECONDS
    with pytest.raises(KeysUnavailable):
        await fetching.find("first")


async def test_failed_fetch_is_repeated_after_a_short_pause(fetching: Fetching) -> None:
    fetching.failure = KeysUnavailable("down")
    for _ in range(5):
        with pytest.raises(KeysUnavailable):
            await fetching.find("first")
    assert fetching.count == 1
    fetching.failure = None
    fetching.time += PAUSE_AFTER_FAILURE_SECONDS
    assert await fetching.find("first")


@pytest.mark.parametrize("failure", [TypeError("unhashable"), RecursionError("deep"), AttributeError("d")], ids=repr)
async def test_fetch_that_fails_in_any_way_leaves_the_kept_keys_and_is_logged(
    failure: Exception, fetching: Fetching, json_log: JsonLog
) -> None:
    await fetching.find("first")
    fetching.failure = failure
    fetching.time += PAUSE_SECONDS
    assert await fetching.find("made-up") == []
    assert await fetching.find("made-up") == []
    assert await fetching.find("first") == ["first"]
    assert fetching.count == 2
    (line,) = json_log.find("The issuer's keys could not be fetched.")
    assert line["reason"] == repr(failure)


async def test_log_holds_no_more_than_the_beginning_of_what_the_issuer_says(
    fetching: Fetching, json_log: JsonLog
) -> None:
    fetching.failure = KeysUnavailable("x" * 20_000)
    with pytest.raises(KeysUnavailable):
        await fetching.find("first")
    (line,) = json_log.find("The issuer's keys could not be fetched.")
    assert len(line["reason"]) == 200


def test_requests_wait_for_an_issuer_that_hangs_for_one_limit_in_all(fetching: Fetching) -> None:
    fetching.may_answer.clear()

    async def ask() -> float:
        asked = await asyncio.gather(*(fetching.find("first") for _ in range(3)), return_exceptions=True)
        assert [type(answer) for answer in asked] == [KeysUnavailable] * 3
        return now()

    assert run_on_virtual_clock(ask()) == FETCH_SECONDS


async def test_request_that_ends_takes_the_fetch_from_no_other(fetching: Fetching) -> None:
    fetching.may_answer.clear()
    first, second = (asyncio.create_task(fetching.find("first")) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    fetching.may_answer.set()
    assert await second == ["first"]
    assert fetching.count == 1


async def test_fetch_from_before_a_snapshot_brings_nothing_into_the_restored_environment(fetching: Fetching) -> None:
    fetching.may_answer.clear()
    waiting = asyncio.create_task(fetching.find("first"))
    await asyncio.sleep(0)
    fetching.keys.forget()
    with pytest.raises(KeysUnavailable):
        await waiting
    fetching.issuer.rotate("second")
    fetching.may_answer.set()
    assert await fetching.find("second") == ["second"]
