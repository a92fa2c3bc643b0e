"""Sources that keep the event loop to themselves."""

from __future__ import annotations

import json
import shutil
import signal
import threading
import time
from pathlib import Path

import httpx

from functions.stream.streaming.app import create_app
from functions.stream.streaming.settings import Settings
from rehearsal.shipped import endless
from rehearsal.wire import read_stream
from tests.support.servers import FUNCTION, running_function, serving
from tests.support.sources import ScriptedSource


def test_chunks_leave_one_by_one_when_the_source_blocks_between_them(client: httpx.Client) -> None:
    received = [threading.Event() for _ in range(4)]

    def block_until(event: threading.Event) -> object:
        async def step() -> None:
            assert event.wait(20), "Expected the client to receive what came before the source blocked."

        return step

    script = [step for number, event in enumerate(received[1:]) for step in (f"chunk{number} ", block_until(event))]
    source = ScriptedSource(block_until(received[0]), *script, "end")  # type: ignore[arg-type]
    body = b""
    with (
        # Each step blocks for longer than the time of a frame.
        serving(create_app(Settings(frame_milliseconds=0.001), source)) as url,
        client.stream("GET", f"{url}/stream?input=a") as response,
    ):
        for part in response.iter_raw():
            body += part
            for event, sign in zip(received, (b"starting", b"chunk0", b"chunk1", b"chunk2"), strict=True):
                if sign in body:
                    event.set()
    assert read_stream(body).text == "chunk0 chunk1 chunk2 end"


def test_endless_source_without_text_stops_neither_heartbeat_nor_deadline(client: httpx.Client) -> None:
    headers = {"x-amzn-lambda-context": json.dumps({"deadline": int((time.time() + 60) * 1000)})}
    settings = Settings(heartbeat_seconds=0.05, deadline_margin_seconds=59.5)
    with serving(create_app(settings, endless.Endless())) as url:
        stream = read_stream(client.get(f"{url}/stream?input=a", headers=headers).content)
        assert client.get(f"{url}/healthz").json() == {"status": "ok"}
    assert (stream.text, stream.last["code"]) == ("", "deadline")
    assert stream.comments > 0


def test_endless_source_without_text_does_not_stop_sigterm(client: httpx.Client, tmp_path: Path) -> None:
    function = _copy_with_endless_source(tmp_path)
    with running_function(tmp_path / "log", function, STREAM_SOURCE="endless") as running:
        with client.stream("GET", f"{running.url}/stream?input=a") as response:
            parts = response.iter_raw()
            body = next(parts)
            running.process.send_signal(signal.SIGTERM)
            body += b"".join(parts)
        running.process.wait(10)
    assert read_stream(body).last["code"] == "shutdown"


def _copy_with_endless_source(folder: Path) -> Path:
    copy = shutil.copytree(FUNCTION, folder / "stream")
    shutil.copy(str(endless.__file__), copy / "streaming" / "sources")
    return copy / "run.sh"
