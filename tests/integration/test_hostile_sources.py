"""Sources that raise and swallow whatever they like: each answer ends at once, the process lives on."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.stream.streaming.app import create_app
from functions.stream.streaming.settings import Settings
from functions.stream.streaming.sources import Generation, Source, SourceFailed, SourceRefused
from tests.support.asgi import Exchange, http_scope, post
from tests.support.clock import now, run_on_virtual_clock
from tests.support.logs import JsonLog
from tests.support.sources import ScriptedSource, Step, forever, pause

SECRET = "arn:aws:iam::123456789012:role/secret"
#: What one request of the hostile source may take, and the one after it of a kind source.
LIMIT_SECONDS = 1
INTERNAL = {"error": "The answer broke off by an error of the service.", "code": "internal"}


class Own(BaseException):
    """An exception that is no Exception, as some frameworks have for their control flow."""


ERRORS: Mapping[str, Callable[[], BaseException]] = {
    "CancelledError": lambda: asyncio.CancelledError(SECRET),
    "BaseExceptionGroup": lambda: BaseExceptionGroup(SECRET, [Own(SECRET), ValueError(SECRET)]),
    "ExceptionGroup": lambda: ExceptionGroup(SECRET, [ValueError(SECRET)]),
    "GeneratorExit": lambda: GeneratorExit(SECRET),
    "SystemExit": lambda: SystemExit(SECRET),
    "KeyboardInterrupt": lambda: KeyboardInterrupt(SECRET),
    "Own": lambda: Own(SECRET),
    "RuntimeError": lambda: RuntimeError(SECRET),
    "StopAsyncIteration": lambda: StopAsyncIteration(SECRET),
    "StopIteration": lambda: StopIteration(SECRET),
    "TimeoutError": lambda: TimeoutError(SECRET),
    "RecursionError": lambda: RecursionError(SECRET),
    "MemoryError": lambda: MemoryError(SECRET),
}


async def swallow_cancellation() -> None:
    """Sleeps for an hour, however often it is cancelled."""
    until = now() + 3600
    while now() < until:
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.sleep(until - now())


@dataclass
class Hostile:
    """A source with one bad habit; the other parts behave."""

    opening: Step | None = None
    script: tuple[Step, ...] = ("word",)
    closing: Step | None = None
    usage: Mapping[str, object] | BaseException | None = None

    async def open(self, prompt: str) -> Generation:
        await _do(self.opening)
        return _HostileGeneration(self)


class _HostileGeneration:
    def __init__(self, source: Hostile) -> None:
        self._source = source

    @property
    def usage(self) -> Any:
        if isinstance(self._source.usage, BaseException):
            raise self._source.usage
        return self._source.usage if self._source.usage is not None else {}

    async def __aiter__(self) -> AsyncIterator[str]:
        for step in self._source.script:
            if isinstance(step, BaseException) or callable(step):
                await _do(step)
            else:
                yield step

    async def aclose(self) -> None:
        await _do(self._source.closing)


async def _do(step: Step | None) -> None:
    if isinstance(step, BaseException):
        raise step
    if callable(step):
        await step()


@dataclass
class Told:
    """What the client of a hostile source was told, and when."""

    exchange: Exchange
    seconds: float
    next_text: str

    @property
    def problem(self) -> Mapping[str, Any]:
        assert self.exchange.headers["content-type"] == "application/problem+json"
        assert SECRET.encode() not in self.exchange.body
        return self.exchange.json

    @property
    def last(self) -> Mapping[str, Any]:
        assert self.exchange.status == 200
        assert SECRET.encode() not in self.exchange.body
        return self.exchange.stream.last


def ask(source: Source, path: str = "/stream", *, headers: Mapping[str, str] | None = None) -> Told:
    """The time counts to the last message of the response; then another request is served by the same loop."""

    async def main() -> Told:
        ended = asyncio.Event()
        ended_at = 0.0

        def note(message: Any) -> None:
            nonlocal ended_at
            if message["type"] == "http.response.body" and not message.get("more_body"):
                ended_at = now()
                ended.set()

        app = create_app(Settings(), source)
        exchange = Exchange(b'{"input": "a"}', on_send=note)
        scope = http_scope("POST", path, headers={"content-type": "application/json", **(headers or {})})
        asking = asyncio.create_task(exchange.run(app, scope))
        await ended.wait()
        after = await post(create_app(Settings(), ScriptedSource("next")), "/stream", "b")
        await asking
        return Told(exchange, ended_at, after.stream.text)

    told = run_on_virtual_clock(main())
    assert told.next_text == "next"
    assert told.seconds <= LIMIT_SECONDS
    return told


def deadline_in(seconds: float) -> Mapping[str, str]:
    """Headers of an invocation whose answer has so long to its deadline."""
    left = seconds + Settings().deadline_margin_seconds
    return {"x-amzn-lambda-context": json.dumps({"deadline": int((time.time() + left) * 1000)})}


def the_end(log: JsonLog) -> tuple[str, str | None]:
    """Outcome and code of the hostile stream's record; the kind one's, which follows, is complete."""
    first = log.ends()[0]
    assert [end["outcome"] for end in log.ends()][1:] == ["complete"]
    return first["outcome"], first.get("code")


@pytest.mark.parametrize("path", ["/stream", "/generate"])
@pytest.mark.parametrize("error", ERRORS)
def test_source_that_fails_to_open_is_a_problem(error: str, path: str, json_log: JsonLog) -> None:
    told = ask(Hostile(opening=ERRORS[error]()), path)
    assert (told.exchange.status, told.problem["status"]) == (500, 500)
    assert len(told.problem["id"]) == 32
    assert the_end(json_log) == ("source_error", "internal")
    assert SECRET in json_log.text


@pytest.mark.parametrize("script", [(), ("word",)], ids=["before-the-first", "after-the-first"])
@pytest.mark.parametrize("error", ERRORS)
def test_source_that_breaks_off_ends_the_stream_as_internal(
    error: str, script: tuple[str, ...], json_log: JsonLog
) -> None:
    told = ask(Hostile(script=(*script, ERRORS[error]())))
    assert told.last == INTERNAL
    assert told.exchange.stream.chunks == list(script)
    assert the_end(json_log) == ("source_error", "internal")
    assert SECRET in json_log.text


@pytest.mark.parametrize("error", ERRORS)
def test_source_that_breaks_off_is_a_problem_of_the_whole_answer(error: str, json_log: JsonLog) -> None:
    told = ask(Hostile(script=("word", ERRORS[error]())), "/generate")
    assert (told.exchange.status, told.problem["code"]) == (502, "internal")
    assert the_end(json_log) == ("source_error", "internal")


@pytest.mark.parametrize("path", ["/stream", "/generate"])
@pytest.mark.parametrize("error", ERRORS)
def test_answer_stays_complete_when_its_source_fails_to_close(error: str, path: str, json_log: JsonLog) -> None:
    told = ask(Hostile(closing=ERRORS[error]()), path)
    assert told.exchange.status == 200
    assert b'"complete"' in told.exchange.body
    assert the_end(json_log) == ("complete", None)
    assert SECRET in json_log.text


@pytest.mark.parametrize("error", ERRORS)
def test_answer_is_complete_when_its_source_cannot_say_what_it_used(error: str, json_log: JsonLog) -> None:
    assert ask(Hostile(usage=ERRORS[error]())).last == {"status": "complete"}
    assert the_end(json_log) == ("complete", None)


@pytest.mark.parametrize("path", ["/stream", "/generate"])
def test_source_that_swallows_its_cancellation_while_it_opens_is_left_behind(path: str, json_log: JsonLog) -> None:
    told = ask(Hostile(opening=swallow_cancellation), path, headers=deadline_in(0.5))
    assert told.problem["status"] == 503
    assert the_end(json_log) == ("rejected", None)


def test_source_that_swallows_its_cancellation_while_it_runs_is_left_behind(json_log: JsonLog) -> None:
    told = ask(Hostile(script=("word", swallow_cancellation)), headers=deadline_in(0.5))
    assert told.last["code"] == "deadline"
    assert the_end(json_log) == ("deadline", "deadline")


@pytest.mark.parametrize("path", ["/stream", "/generate"])
@pytest.mark.parametrize("closing", [swallow_cancellation, forever], ids=["swallows", "hangs"])
def test_answer_goes_out_before_a_source_that_does_not_close(closing: Step, path: str, json_log: JsonLog) -> None:
    told = ask(Hostile(closing=closing), path)
    assert b'"complete"' in told.exchange.body
    assert the_end(json_log) == ("complete", None)
    assert json_log.find("The source did not close within 2 s; it is left behind.")


@pytest.mark.parametrize(
    "group",
    [
        lambda failure: ExceptionGroup("of a task group", [failure]),
        lambda failure: BaseExceptionGroup("of a task group", [Own("first"), ExceptionGroup("inner", [failure])]),
    ],
    ids=["group", "nested"],
)
def test_failure_inside_a_group_keeps_its_code(
    group: Callable[[BaseException], BaseException], json_log: JsonLog
) -> None:
    told = ask(Hostile(script=("word", group(SourceFailed("throttled", "The model is busy.")))))
    assert told.last == {"error": "The model is busy.", "code": "throttled"}
    assert the_end(json_log) == ("source_error", "throttled")


def test_refusal_inside_a_group_keeps_its_status(json_log: JsonLog) -> None:
    refusal = ExceptionGroup("of a task group", [SourceRefused(429, "The model is busy.", retry_after_seconds=5)])
    told = ask(Hostile(opening=refusal))
    assert (told.problem["status"], told.exchange.headers["retry-after"]) == (429, "5")
    assert the_end(json_log) == ("rejected", None)


@pytest.mark.parametrize("piece", [7, None, b"bytes", ["text"]], ids=repr)
def test_chunk_that_is_no_text_ends_the_stream_as_internal(piece: Any, json_log: JsonLog) -> None:
    assert ask(Hostile(script=("word", piece))).last == INTERNAL
    assert the_end(json_log) == ("source_error", "internal")


@pytest.mark.parametrize("usage", [None, 7, "text", [1]], ids=repr)
def test_usage_that_is_no_mapping_is_no_usage(usage: Any) -> None:
    source = Hostile()
    source.usage = usage
    assert ask(source).last == {"status": "complete"}


class Careless:
    """Opens what is no generation."""

    def __init__(self, opened: Any) -> None:
        self._opened = opened

    async def open(self, prompt: str) -> Any:
        return self._opened


@pytest.mark.parametrize("opened", ["text", 7, [], {}], ids=repr)
def test_source_that_opens_no_generation_ends_the_stream_as_internal(opened: Any, json_log: JsonLog) -> None:
    assert ask(Careless(opened)).last == INTERNAL
    assert the_end(json_log) == ("source_error", "internal")


def test_source_that_opens_nothing_is_a_problem(json_log: JsonLog) -> None:
    assert ask(Careless(None)).problem["status"] == 500
    assert the_end(json_log) == ("source_error", "internal")


def test_source_whose_open_is_no_coroutine_is_a_problem(json_log: JsonLog) -> None:
    class Synchronous:
        def open(self, prompt: str) -> Any:
            raise RuntimeError(SECRET)

    assert ask(Synchronous()).problem["status"] == 500
    assert the_end(json_log) == ("source_error", "internal")


ENDS = st.sampled_from([None, *ERRORS])
SCRIPTS = st.lists(st.one_of(st.text(max_size=5), st.floats(0, 30), st.sampled_from(sorted(ERRORS))), max_size=8)


@given(opening=ENDS, script=SCRIPTS, closing=ENDS, path=st.sampled_from(["/stream", "/generate"]))
def test_any_source_ends_in_one_last_event_or_one_http_error(
    opening: str | None, script: list[str | float], closing: str | None, path: str
) -> None:
    steps: list[Step] = [
        pause(step) if isinstance(step, float) else ERRORS[step]() if step in ERRORS else step for step in script
    ]
    source = Hostile(
        opening=ERRORS[opening]() if opening else None,
        script=tuple(steps),
        closing=ERRORS[closing]() if closing else None,
    )
    exchange = run_on_virtual_clock(post(create_app(Settings(), source), path, "a"))
    last_messages = [message for message in exchange.messages[1:] if not message.get("more_body")]
    assert len(last_messages) == 1
    if exchange.status == 200 and path == "/stream":
        assert exchange.stream.last
        assert opening is None
    elif exchange.status == 200:
        assert exchange.json["status"] == "complete"
    else:
        assert exchange.json["status"] == exchange.status
