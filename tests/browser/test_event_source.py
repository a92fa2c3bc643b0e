"""Chromium's own EventSource over a function that streams."""

from __future__ import annotations

from functions.stream.streaming.app import create_app
from functions.stream.streaming.settings import Settings
from tests.support.sources import ScriptedSource, pause
from tests.support.stream_page import StreamPage
from tools.dev import Site

_READ = """() => new Promise((resolve) => {
    const events = [];
    const source = new EventSource("/stream?input=any");
    source.onmessage = (event) => events.push([event.lastEventId, JSON.parse(event.data)]);
    source.onerror = () => source.readyState === EventSource.CLOSED && resolve(events);
})"""


def test_event_source_gets_every_id_and_is_told_to_stop(stream_page: StreamPage) -> None:
    source = ScriptedSource("a", pause(0.1), "b")
    stream_page.open(Site(create_app(Settings(frame_characters=1), source)))
    # Reconnecting after the end, three seconds later, it is answered 204 and closes.
    events = stream_page.page.evaluate(_READ)
    assert [event_id for event_id, _ in events] == ["1", "2", "3", "4"]
    assert [data.get("chunk") for _, data in events[1:-1]] == ["a", "b"]
    assert events[-1][1] == {"status": "complete"}
    assert len(source.prompts) == 1
