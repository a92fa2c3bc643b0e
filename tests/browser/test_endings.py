"""The ways in which a stream does not complete, each told for what it is."""

from __future__ import annotations

import email.utils
import json
import re
import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect
from starlette.types import ASGIApp, Receive, Scope, Send

from functions.stream.streaming.app import create_app
from functions.stream.streaming.settings import Settings
from functions.stream.streaming.sources import SourceFailed, SourceRefused
from rehearsal.waiting import wait_until
from tests.support.browser import Complaints
from tests.support.servers import serving
from tests.support.sources import ScriptedSource, until_set
from tests.support.stream_page import StreamPage
from tools.dev import Site

STREAM_ID = "0123456789abcdef0123456789abcdef"
STARTING = f'id: 1\n\ndata: {{"status": "starting", "id": "{STREAM_ID}"}}\n\n'.encode()
CHUNK = 'id: 2\n\ndata: {"chunk": "Hälfte 👋"}\n\n'.encode()
COMPLETE = b'id: 3\n\ndata: {"status": "complete"}\n\n'
TEXT = "Hälfte 👋"
EVENTS = "text/event-stream; charset=utf-8"
PROBLEM = "application/problem+json"


class Wire:
    """Answers every POST with exactly these parts, or waits where one is a gate; may hang up instead of ending."""

    def __init__(
        self,
        *parts: bytes | threading.Event,
        status: int = 200,
        content_type: str = EVENTS,
        retry_after: str | None = None,
        hangs_up: bool = False,
    ) -> None:
        self._parts = parts
        self._status = status
        self._headers = [(b"content-type", content_type.encode())]
        if retry_after is not None:
            self._headers.append((b"retry-after", retry_after.encode()))
        self._hangs_up = hangs_up

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self._status, "headers": self._headers})
        for part in self._parts:
            if isinstance(part, threading.Event):
                await until_set(part)()
            else:
                await send({"type": "http.response.body", "body": part, "more_body": True})
        if not self._hangs_up:
            await send({"type": "http.response.body"})


class Guarded:
    """Wants a token, and says so in a problem document."""

    def __init__(self) -> None:
        self.tokens: list[str | None] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        token = dict(scope["headers"]).get(b"x-authorization", b"").decode() or None
        self.tokens.append(token)
        refused = Wire(json.dumps({"detail": "A token is needed."}).encode(), status=401, content_type=PROBLEM)
        await (Wire(STARTING, CHUNK, COMPLETE) if token == "Bearer right" else refused)(scope, receive, send)


def scripted(source: ScriptedSource) -> Site:
    return Site(create_app(Settings(frame_characters=1), source))


def test_failure_in_the_stream_keeps_the_text_and_names_the_stream(stream_page: StreamPage) -> None:
    source = ScriptedSource("half of the answer", SourceFailed("model_timeout", "The model fell silent."))
    stream_page.open(scripted(source)).send()
    stream_page.expect_state("Failed")
    expect(stream_page.problem).to_contain_text("The model fell silent. (model_timeout)")
    stream_id = stream_page.number("Stream").text_content() or ""
    assert len(stream_id) == 32
    expect(stream_page.problem).to_contain_text(f"Stream {stream_id}")
    assert stream_page.text == "half of the answer"


def test_refusal_before_the_stream_tells_detail_id_and_when_to_come_back(
    stream_page: StreamPage, complaints: Complaints
) -> None:
    complaints.failed_requests_allowed = True
    source = ScriptedSource(opening=SourceRefused(429, "The model is busy.", retry_after_seconds=7))
    stream_page.open(scripted(source))
    with stream_page.page.expect_response("**/stream") as answered:
        stream_page.send()
    stream_page.expect_state("Failed")
    stream_id = answered.value.json()["id"]
    told = "The service answered 429: The model is busy. Try again in 7 s."
    expect(stream_page.problem.locator("p")).to_have_text([told, f"Stream {stream_id}"])


def test_too_long_a_prompt_is_told_and_can_be_sent_again_shorter(
    stream_page: StreamPage, complaints: Complaints
) -> None:
    complaints.failed_requests_allowed = True
    stream_page.open(Site(create_app(Settings(max_input_bytes=10), ScriptedSource("text"))))
    stream_page.send("a prompt that is too long")
    stream_page.expect_state("Failed")
    expect(stream_page.problem).to_contain_text("The service answered 413")
    stream_page.send("shorter")
    stream_page.expect_state("Complete")
    expect(stream_page.problem).to_be_hidden()


def test_empty_prompt_is_not_sent(stream_page: StreamPage) -> None:
    source = ScriptedSource("text")
    stream_page.open(scripted(source)).send("")
    expect(stream_page.prompt).to_be_focused()
    stream_page.expect_state("Ready")
    assert source.prompts == []


def test_stream_without_its_last_event_is_truncated(stream_page: StreamPage) -> None:
    stream_page.open(Site(Wire(STARTING, CHUNK))).send()
    stream_page.expect_state("Truncated")
    told = "The stream ended without its last event: the text is incomplete."
    expect(stream_page.problem.locator("p")).to_have_text([told, f"Stream {STREAM_ID}"])
    assert stream_page.text == TEXT


def test_connection_that_breaks_truncates_the_stream(stream_page: StreamPage, complaints: Complaints) -> None:
    complaints.failed_requests_allowed = True
    go_on = threading.Event()
    stream_page.open(Site(Wire(STARTING, CHUNK, go_on, hangs_up=True))).send()
    expect(stream_page.answer).to_have_text(TEXT)
    stream_page.expect_state("Streaming")
    go_on.set()
    stream_page.expect_state("Truncated")
    told = "The connection broke off: the text is incomplete."
    expect(stream_page.problem.locator("p")).to_have_text([told, f"Stream {STREAM_ID}"])
    assert stream_page.text == TEXT


def test_server_that_is_gone_is_offline(stream_page: StreamPage, complaints: Complaints) -> None:
    complaints.failed_requests_allowed = True
    with serving(scripted(ScriptedSource())) as url:
        stream_page.visit(url)
    stream_page.send()
    stream_page.expect_state("Offline")
    expect(stream_page.problem).to_have_text("The service cannot be reached.")


def test_device_without_a_network_is_offline(own_stream_page: StreamPage, complaints: Complaints) -> None:
    complaints.failed_requests_allowed = True
    own_stream_page.open(scripted(ScriptedSource("text")))
    own_stream_page.page.context.set_offline(True)
    own_stream_page.send()
    own_stream_page.expect_state("Offline")
    expect(own_stream_page.problem).to_have_text("This device is offline.")
    own_stream_page.page.context.set_offline(False)
    own_stream_page.send()
    own_stream_page.expect_state("Complete")


@pytest.mark.parametrize(
    ("function", "told"),
    [
        (Wire(b"<!doctype html>", content_type="text/html"), "Expected a stream of events, got text/html."),
        (Wire(b"<html>", status=502, content_type="text/html"), "The service answered 502: no reason is given."),
        (Wire(b'{"Message": "Forbidden"}', status=403, content_type="application/json"), "answered 403: Forbidden"),
        (Wire(STARTING, b'data: {"surprise": 1}\n\n'), "sent an event that this page does not know"),
        (Wire(STARTING, b"data: not JSON\n\n"), "sent an event that this page does not know"),
    ],
)
def test_answer_that_is_no_stream_fails(
    stream_page: StreamPage, complaints: Complaints, function: ASGIApp, told: str
) -> None:
    complaints.failed_requests_allowed = True
    stream_page.open(Site(function)).send()
    stream_page.expect_state("Failed")
    expect(stream_page.problem).to_contain_text(told)


def _problem(**fields: object) -> bytes:
    return json.dumps(fields).encode()


@pytest.mark.parametrize(
    ("function", "told"),
    [
        (Wire(_problem(detail={"loc": ["input"]}, message="Short."), status=422), "The service answered 422: Short."),
        (Wire(_problem(detail=["a", "b"]), status=422), "The service answered 422: no reason is given."),
        (Wire(_problem(detail=None, Message=7), status=403), "The service answered 403: no reason is given."),
        (Wire(_problem(detail="", id={"of": 1}), status=500), "The service answered 500: no reason is given."),
        (Wire(b'"text"', status=500), "The service answered 500: no reason is given."),
        (Wire(b"null", status=500), "The service answered 500: no reason is given."),
        (Wire(b"[" * 200_000, status=500), "The service answered 500: no reason is given."),
        (Wire(STARTING, b'data: {"error": "Busy."}\n\n'), "Busy."),
        (Wire(STARTING, b'data: {"error": "Busy.", "code": {}}\n\n'), "Busy."),
        (Wire(b'data: {"status": "starting", "id": {}}\n\ndata: {"error": "Busy."}\n\n'), "Busy."),
        (
            Wire(STARTING, b"data: " + b"[" * 200_000 + b"\n\n"),
            "The service sent an event that this page does not know.",
        ),
        (Wire(status=503, retry_after="soon"), "The service answered 503: no reason is given."),
        (
            Wire(status=503, retry_after="Wed, 21 Oct 2015 07:28:00 GMT"),
            "The service answered 503: no reason is given.",
        ),
        (Wire(status=503, retry_after="1.5"), "The service answered 503: no reason is given."),
    ],
)
def test_odd_error_is_a_sentence_of_words(
    stream_page: StreamPage, complaints: Complaints, function: ASGIApp, told: str
) -> None:
    complaints.failed_requests_allowed = True
    stream_page.open(Site(function)).send()
    stream_page.expect_state("Failed")
    expect(stream_page.problem.locator("p").first).to_have_text(told)
    for odd in ("undefined", "[object", "NaN", "null"):
        expect(stream_page.page.locator("main")).not_to_contain_text(odd)


def test_date_to_come_back_at_becomes_seconds(stream_page: StreamPage, complaints: Complaints) -> None:
    complaints.failed_requests_allowed = True
    in_an_hour = email.utils.format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    stream_page.open(Site(Wire(status=503, retry_after=in_an_hour))).send()
    stream_page.expect_state("Failed")
    expect(stream_page.problem).to_have_text(re.compile(r"no reason is given\. Try again in 3,[56]\d\d s\.$"))


def test_counts_that_are_no_numbers_are_left_out(stream_page: StreamPage) -> None:
    usage = b'data: {"status": "complete", "tokens": 7, "model": "m", "detail": {"a": 1}, "cost": null}\n\n'
    stream_page.open(Site(Wire(STARTING, CHUNK, usage))).send()
    stream_page.expect_state("Complete")
    expect(stream_page.number("Usage")).to_have_text("tokens 7, model m")


@pytest.mark.parametrize(
    "parts",
    [
        [b": ping\n\n", STARTING, b": ping\n\n: ping\n\n", CHUNK, b": ping\n\n", COMPLETE],
        [STARTING, CHUNK, COMPLETE, CHUNK, b'data: {"error": "late", "code": "late"}\n\n'],
        [(STARTING + CHUNK + COMPLETE).replace(b"\n", b"\r\n")],
    ],
    ids=["heartbeats", "more after the last event", "other line ends"],
)
def test_stream_is_read_however_it_comes(stream_page: StreamPage, parts: Sequence[bytes]) -> None:
    stream_page.open(Site(Wire(*parts))).send()
    stream_page.expect_state("Complete")
    assert stream_page.text == TEXT
    expect(stream_page.problem).to_be_hidden()


def test_character_split_between_two_arrivals_stays_whole(stream_page: StreamPage) -> None:
    go_on = threading.Event()
    middle = CHUNK.index("👋".encode()) + 2
    stream_page.open(Site(Wire(STARTING + CHUNK[:middle], go_on, CHUNK[middle:], COMPLETE))).send()
    expect(stream_page.number("Stream")).to_have_text(STREAM_ID)
    go_on.set()
    stream_page.expect_state("Complete")
    assert stream_page.text == TEXT


def test_long_silence_is_told_and_taken_back(own_stream_page: StreamPage) -> None:
    go_on = threading.Event()
    source = ScriptedSource("before", until_set(go_on), "after")
    own_stream_page.page.clock.install()
    own_stream_page.open(scripted(source)).send()
    wait_until(lambda: source.prompts, "the request to arrive")
    own_stream_page.expect_state("Streaming")
    own_stream_page.page.clock.run_for(29_000)
    expect(own_stream_page.problem).to_be_hidden()
    own_stream_page.page.clock.run_for(2_000)
    expect(own_stream_page.problem).to_contain_text("not even a heartbeat")
    own_stream_page.expect_state("Streaming")
    go_on.set()
    own_stream_page.expect_state("Complete")
    expect(own_stream_page.problem).to_be_hidden()


def test_token_is_asked_for_where_one_is_needed_and_kept_in_memory(
    stream_page: StreamPage, complaints: Complaints
) -> None:
    complaints.failed_requests_allowed = True
    function = Guarded()
    stream_page.open(Site(function))
    expect(stream_page.token).to_be_hidden()
    stream_page.send()
    stream_page.expect_state("Failed")
    expect(stream_page.problem).to_contain_text("A token is needed.")
    expect(stream_page.token).to_be_focused()
    stream_page.token.fill("wrong")
    stream_page.page.keyboard.press("Enter")
    stream_page.expect_state("Failed")
    expect(stream_page.token).to_be_focused()
    stream_page.token.fill(" right ")
    stream_page.send_button.click()
    stream_page.expect_state("Complete")
    assert function.tokens == [None, "Bearer wrong", "Bearer right"]
    kept = stream_page.page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]")
    assert kept == [0, 0, ""]
