"""The whole process that deploys: its output, its log and its end."""

from __future__ import annotations

import contextlib
import http.client
import signal
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from functions.stream.streaming.settings import Settings
from rehearsal.waiting import wait_until
from rehearsal.wire import read_stream
from tests.support.servers import Function, running_function

LONG_PROMPT = "word " * 6000


def test_process_streams_the_prompt_back_over_time(function: Function, client: httpx.Client) -> None:
    prompt = "one two three four five six é😀 " * 6
    arrivals, body = [], b""
    with client.stream("POST", f"{function.url}/stream", json={"input": prompt}) as response:
        assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert "connection" not in response.headers
        assert "server" not in response.headers
        for part in response.iter_raw():
            arrivals.append(time.monotonic())
            body += part
    stream = read_stream(body)
    assert stream.text == prompt
    assert stream.last == {"status": "complete"}
    assert len(stream.chunks) > 3
    assert len(set(arrivals)) >= 3


def test_process_logs_one_json_line_a_record_with_the_stream_s_id(function: Function, client: httpx.Client) -> None:
    stream = read_stream(client.get(f"{function.url}/stream?input=a+b").content)

    def lines_of_stream() -> list[dict[str, Any]]:
        return [line for line in function.log_lines() if line.get("stream_id") == stream.id]

    wait_until(lambda: len(lines_of_stream()) == 2, "both lines")
    lines = lines_of_stream()
    assert [line["message"] for line in lines] == ["The answer begins.", "The answer ended."]
    assert lines[0]["source"] == "local"
    assert (lines[1]["outcome"], lines[1]["Chunks"], lines[1]["Characters"]) == ("complete", 1, 3)


def get_raw(url: str, target: str) -> tuple[int, bytes]:
    """By a client that knows no limit; httpx refuses such an address."""
    with contextlib.closing(http.client.HTTPConnection(url.removeprefix("http://"), timeout=10)) as connection:
        connection.request("GET", target)
        response = connection.getresponse()
        return response.status, response.read()


def test_process_takes_a_get_with_the_longest_input_when_none_of_it_is_ascii(function: Function) -> None:
    prompt = "é" * (16 * 1024)
    assert len(prompt.encode()) == Settings().max_input_bytes
    status, body = get_raw(function.url, f"/stream?input={quote(prompt)}")
    assert status == 200
    assert read_stream(body).text == prompt
    assert get_raw(function.url, f"/stream?input={quote(prompt)}a")[0] == 413


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_process_ends_its_streams_with_their_last_event_and_exits_when_it_is_told_to_end(
    number: signal.Signals, client: httpx.Client, tmp_path: Path
) -> None:
    with running_function(tmp_path / "log") as function:
        with client.stream("POST", f"{function.url}/stream", json={"input": LONG_PROMPT}) as response:
            parts = response.iter_raw()
            body = next(parts)
            function.process.send_signal(number)
            body += b"".join(parts)
        # A server that ended as it was told may say so by the signal's own status.
        assert function.process.wait(10) in (0, -number)
        lines = function.log_lines()
    stream = read_stream(body)
    assert stream.last == {"error": "The service is shutting down; send the request again.", "code": "shutdown"}
    assert LONG_PROMPT.startswith(stream.text)
    assert [line["outcome"] for line in lines if "outcome" in line] == ["shutdown"]
    assert not [line for line in lines if line["level"] == "ERROR"]


def test_process_takes_its_settings_from_the_environment(client: httpx.Client, tmp_path: Path) -> None:
    # The local source pauses for 50 ms before its second piece.
    settings = {"STREAM_MAX_INPUT_BYTES": "11", "STREAM_HEARTBEAT_SECONDS": "0.01"}
    with running_function(tmp_path / "log", **settings) as function:
        exact = client.post(f"{function.url}/stream", json={"input": "a b c d e f"})
        longer = client.post(f"{function.url}/stream", json={"input": "a b c d e fg"})
    assert read_stream(exact.content).text == "a b c d e f"
    assert read_stream(exact.content).comments > 0
    assert longer.status_code == 413
