"""The page in a real browser, over a function that streams."""

from __future__ import annotations

import hashlib
import json
import re
import threading

from playwright.sync_api import expect

from functions.stream.streaming.app import create_app
from functions.stream.streaming.settings import Settings
from functions.stream.streaming.sources import Source
from rehearsal.waiting import wait_until
from tests.support.sources import ScriptedGeneration, ScriptedSource, SourceOf, forever, until_set
from tests.support.stream_page import StreamPage
from tools.dev import Site

#: Every piece is a frame: it is longer than what the server keeps back.
ONE_FRAME_A_PIECE = Settings(frame_characters=1)


def site(source: Source, settings: Settings = ONE_FRAME_A_PIECE) -> Site:
    return Site(create_app(settings, source))


def test_text_appears_while_the_stream_still_runs(stream_page: StreamPage) -> None:
    go_on = threading.Event()
    source = ScriptedSource("The first half, ", until_set(go_on), "and the second.")
    stream_page.open(site(source)).send()
    expect(stream_page.answer).to_have_text("The first half, ")
    stream_page.expect_state("Streaming")
    assert not source.only.closed.is_set()
    go_on.set()
    expect(stream_page.answer).to_have_text("The first half, and the second.")
    stream_page.expect_state("Complete")


def test_waits_visibly_until_there_is_text(stream_page: StreamPage) -> None:
    go_on = threading.Event()
    stream_page.open(site(ScriptedSource(until_set(go_on), "text"), Settings(heartbeat_seconds=0.02))).send()
    expect(stream_page.number("First byte")).to_have_text(re.compile(r"^[\d.,]+ ms$"))
    expect(stream_page.number("Stream")).to_have_text(re.compile(r"^[0-9a-f]{32}$"))
    stream_page.expect_state("Waiting")
    go_on.set()
    stream_page.expect_state("Complete")


def test_text_is_exactly_what_was_sent(stream_page: StreamPage) -> None:
    text = "  Zeilen\n\n\tund <b>Zeichen</b> & é e\u0301 👩\u200d💻 \u2028 שלום \r\n  end \n"
    stream_page.open(site(ScriptedSource(*text))).send()
    stream_page.expect_state("Complete")
    assert stream_page.text == text


def test_request_is_signed_for_by_the_hash_of_its_body(stream_page: StreamPage) -> None:
    prompt = "Grüße, 世界 👋\nsecond line"
    source = ScriptedSource("text")
    stream_page.open(site(source))
    with stream_page.page.expect_request("**/stream") as sent:
        stream_page.send(prompt)
    stream_page.expect_state("Complete")
    body = sent.value.post_data_buffer or b""
    assert sent.value.method == "POST"
    assert json.loads(body) == {"input": prompt}
    assert sent.value.headers["x-amz-content-sha256"] == hashlib.sha256(body).hexdigest()
    assert "x-authorization" not in sent.value.headers
    assert source.prompts == [prompt]


def test_request_goes_out_without_a_hash_where_the_browser_has_none(own_stream_page: StreamPage) -> None:
    own_stream_page.page.add_init_script("Object.defineProperty(crypto, 'subtle', { value: undefined })")
    own_stream_page.open(site(ScriptedSource("text")))
    with own_stream_page.page.expect_request("**/stream") as sent:
        own_stream_page.send()
    own_stream_page.expect_state("Complete")
    assert "x-amz-content-sha256" not in sent.value.headers


def test_stop_ends_the_stream_and_frees_the_source(stream_page: StreamPage) -> None:
    source = ScriptedSource("some text", forever)
    stream_page.open(site(source)).send()
    expect(stream_page.answer).to_have_text("some text")
    stream_page.stop_button.click()
    stream_page.expect_state("Stopped")
    wait_until(source.only.closed.is_set, "the source to be closed")
    assert stream_page.text == "some text"
    expect(stream_page.problem).to_be_hidden()


def test_stop_ends_a_request_that_has_no_answer_yet(stream_page: StreamPage) -> None:
    go_on = threading.Event()
    source = ScriptedSource("text", opening=until_set(go_on))
    stream_page.open(site(source)).send()
    wait_until(lambda: source.prompts, "the request to arrive")
    stream_page.expect_state("Waiting")
    stream_page.stop_button.click()
    stream_page.expect_state("Stopped")
    go_on.set()


def test_sends_again_into_an_empty_answer(stream_page: StreamPage) -> None:
    source = ScriptedSource("one answer")
    stream_page.open(site(source))
    for prompt in ("first", "second"):
        stream_page.send(prompt)
        stream_page.expect_state("Complete")
    assert source.prompts == ["first", "second"]
    assert stream_page.text == "one answer"


def test_works_by_keyboard_alone_and_never_loses_the_focus(stream_page: StreamPage) -> None:
    source = ScriptedSource("some text", forever)
    keyboard = stream_page.page.keyboard
    stream_page.open(site(source))
    keyboard.press("Tab")
    expect(stream_page.prompt).to_be_focused()
    keyboard.type("by hand")
    keyboard.press("Control+Enter")
    expect(stream_page.answer).to_have_text("some text")
    expect(stream_page.prompt).to_be_focused()
    keyboard.press("Escape")
    stream_page.expect_state("Stopped")
    keyboard.press("Tab")
    expect(stream_page.send_button).to_be_focused()
    keyboard.press("Enter")
    stream_page.expect_state("Streaming")
    keyboard.press("Enter")
    expect(stream_page.send_button).to_be_focused()
    keyboard.press("Tab")
    keyboard.press("Space")
    stream_page.expect_state("Stopped")
    expect(stream_page.stop_button).to_be_focused()
    assert source.prompts == ["by hand", "by hand"]


def test_usage_of_the_last_event_is_shown(stream_page: StreamPage) -> None:
    usage = {"stop_reason": "max_tokens", "output_tokens": 77}
    stream_page.open(site(ScriptedSource("text", usage=usage)))
    expect(stream_page.number("Usage")).to_be_hidden()
    stream_page.send()
    expect(stream_page.number("Usage")).to_have_text("stop_reason max_tokens, output_tokens 77")


def test_copies_the_text(own_stream_page: StreamPage) -> None:
    own_stream_page.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    own_stream_page.open(site(ScriptedSource("one\n", "\ntwo ", "😀"))).send()
    own_stream_page.expect_state("Complete")
    own_stream_page.copy_button.click()
    expect(own_stream_page.page.get_by_text("Copied")).to_be_visible()
    assert own_stream_page.page.evaluate("navigator.clipboard.readText()") == "one\n\ntwo 😀"


def test_follows_the_end_unless_the_reader_has_gone_up(stream_page: StreamPage) -> None:
    gates = [threading.Event(), threading.Event()]
    lines = "line\n" * 200
    source = ScriptedSource(lines, until_set(gates[0]), lines + "middle", until_set(gates[1]), lines + "end")
    stream_page.open(site(source)).send()
    answer = stream_page.answer
    end_distance = "box => box.scrollHeight - box.scrollTop - box.clientHeight"
    expect(answer).to_contain_text("line")
    assert answer.evaluate(end_distance) < 2
    gates[0].set()
    expect(answer).to_contain_text("middle")
    assert answer.evaluate(end_distance) < 2
    answer.evaluate("box => { box.scrollTop = 100 }")
    gates[1].set()
    expect(answer).to_contain_text("end")
    assert answer.evaluate("box => box.scrollTop") == 100


def test_announces_states_and_not_the_text(stream_page: StreamPage) -> None:
    stream_page.open(site(ScriptedSource("text", forever)))
    expect(stream_page.state).to_have_attribute("role", "status")
    stream_page.send()
    expect(stream_page.answer).to_have_attribute("aria-busy", "true")
    live = stream_page.answer.evaluate("box => box.closest('[aria-live], [role=log], [role=status], [role=alert]')")
    assert live is None
    stream_page.stop_button.click()
    expect(stream_page.answer).to_have_attribute("aria-busy", "false")


_WATCH = """() => {
    window.began = performance.now();
    window.longest = 0;
    new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) window.longest = Math.max(window.longest, duration);
    }).observe({ type: 'longtask' });
    window.removed = 0;
    new MutationObserver((records) => {
        for (const { removedNodes, type } of records) window.removed += removedNodes.length + (type !== 'childList');
    }).observe(document.getElementById('answer'), { childList: true, characterData: true, subtree: true });
}"""


def test_five_thousand_chunks_do_not_freeze_the_page(stream_page: StreamPage) -> None:
    pieces = [f"Chunk {number} of an answer that is long.{' ' if number % 9 else chr(10)}" for number in range(5000)]
    stream_page.open(site(ScriptedSource(*pieces)))
    stream_page.page.evaluate(_WATCH)
    stream_page.send()
    stream_page.expect_state("Complete")
    assert stream_page.text == "".join(pieces)
    expect(stream_page.number("Chunks")).to_have_text("5,000")
    assert stream_page.page.evaluate("removed") == 0
    # A share of the whole, because a busy machine stretches both.
    assert stream_page.page.evaluate("longest / (performance.now() - began)") < 0.5


def test_stop_is_heard_in_the_middle_of_a_flood(stream_page: StreamPage) -> None:
    flood = ScriptedGeneration("one endless line, chunk by chunk, ", repeats=True)
    stream_page.open(site(SourceOf(flood))).send()
    expect(stream_page.number("Chunks")).to_have_text(re.compile(r"\d,\d{3}$"))
    stream_page.stop_button.click()
    stream_page.expect_state("Stopped")
    wait_until(flood.closed.is_set, "the source to be closed")
    assert stream_page.text.count("line") >= 1000
