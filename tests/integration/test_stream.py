"""The stream over real sockets, with sources that follow a script."""

from __future__ import annotations

import asyncio
import itertools
import json
import threading
import time

import httpx
import pytest

from functions.stream.streaming.app import create_app
from functions.stream.streaming.settings import Settings
from functions.stream.streaming.sources import SourceFailed
from rehearsal.waiting import wait_until
from rehearsal.wire import read_stream
from tests.support.logs import JsonLog
from tests.support.servers import serving
from tests.support.sources import EchoSource, ScriptedSource, forever, pause, until_set

SECRET = "arn:aws:bedrock:eu-west-1:123456789012:inference-profile/secret"
PROMPTS = [f"prompt {number} é😀\u2028 " * (number + 1) for number in range(50)]


def test_first_byte_comes_while_the_source_is_still_silent(client: httpx.Client) -> None:
    go_on = threading.Event()
    source = ScriptedSource(until_set(go_on), "a", until_set(go_on), "b")
    with serving(create_app(Settings(), source)) as url, client.stream("GET", f"{url}/stream?input=a") as response:
        parts = response.iter_raw()
        body = next(parts)
        assert read_stream(body).events == [{"status": "starting", "id": read_stream(body).id}]
        go_on.set()
        body += b"".join(parts)
    assert read_stream(body).text == "ab"


def test_events_arrive_spread_over_the_time_that_the_source_takes(client: httpx.Client) -> None:
    script = [step for number in range(20) for step in (f"{number} ", pause(0.05))]
    with serving(create_app(Settings(), ScriptedSource(*script))) as url:
        started, arrivals, body = time.monotonic(), [], b""
        with client.stream("POST", f"{url}/stream", json={"input": "a"}) as response:
            for part in response.iter_raw():
                arrivals.append(time.monotonic() - started)
                body += part
    assert len(read_stream(body).chunks) >= 10
    total = arrivals[-1]
    assert arrivals[0] < total / 3
    widest_gap = max(later - earlier for earlier, later in itertools.pairwise(arrivals))
    assert widest_gap < total / 2


def test_heartbeat_fills_the_silence_of_a_source(client: httpx.Client) -> None:
    go_on = threading.Event()
    app = create_app(Settings(heartbeat_seconds=0.02), ScriptedSource("a", until_set(go_on), "b"))
    body = b""
    with serving(app) as url, client.stream("GET", f"{url}/stream?input=a") as response:
        for part in response.iter_raw():
            body += part
            if body.count(b": ping\n\n") == 3:
                go_on.set()
    assert read_stream(body).comments >= 3
    assert read_stream(body).text == "ab"
    assert read_stream(body).last == {"status": "complete"}


def test_source_is_closed_when_the_client_leaves(client: httpx.Client, json_log: JsonLog) -> None:
    source = ScriptedSource("a", forever)
    with serving(create_app(Settings(), source)) as url:
        with client.stream("GET", f"{url}/stream?input=a") as response:
            stream_id = read_stream(next(response.iter_raw())).id
        assert source.only.closed.wait(10)
        wait_until(json_log.outcomes, "the end to be logged")
    assert source.only.closes == 1
    assert json_log.outcomes() == ["disconnected"]
    assert json_log.find("The answer ended.")[0]["stream_id"] == stream_id


@pytest.mark.anyio
async def test_streams_stay_exact_when_fifty_run_at_once(async_client: httpx.AsyncClient) -> None:
    with serving(create_app(Settings(frame_milliseconds=5), EchoSource())) as url:

        async def answer(prompt: str) -> httpx.Response:
            return await async_client.post(f"{url}/stream", json={"input": prompt})

        responses = await asyncio.gather(*map(answer, PROMPTS))
    streams = [read_stream(response.content) for response in responses]
    assert [stream.text for stream in streams] == PROMPTS
    assert all(stream.last == {"status": "complete"} for stream in streams)
    assert len({stream.id for stream in streams}) == len(PROMPTS)


@pytest.mark.parametrize(
    ("failure", "code"),
    [(RuntimeError(SECRET), "internal"), (SourceFailed("rejected", "The model rejects it."), "rejected")],
)
def test_error_event_tells_nothing_of_the_failure_and_the_log_tells_all(
    failure: Exception, code: str, client: httpx.Client, json_log: JsonLog
) -> None:
    failure.__cause__ = ValueError(SECRET)
    with serving(create_app(Settings(), ScriptedSource("a", failure))) as url:
        response = client.get(f"{url}/stream?input=a")
    stream = read_stream(response.content)
    assert response.status_code == 200
    assert stream.last["code"] == code
    for hidden in ("arn:", "secret", "Traceback", "RuntimeError", "ValueError"):
        assert hidden not in response.text
    (line,) = [line for line in json_log.lines() if "exception" in line]
    assert line["stream_id"] == stream.id
    assert SECRET in line["exception"]
    assert "Traceback" in line["exception"]


def lambda_context(seconds: float) -> dict[str, str]:
    context = {"request_id": "r-1", "deadline": int((time.time() + seconds) * 1000)}
    return {"x-amzn-lambda-context": json.dumps(context), "x-amzn-trace-id": "Root=1-2"}


def test_stream_sends_its_last_event_before_the_invocation_ends(client: httpx.Client, json_log: JsonLog) -> None:
    source = ScriptedSource("a", forever)
    with serving(create_app(Settings(deadline_margin_seconds=59.5), source)) as url:
        response = client.get(f"{url}/stream?input=a", headers=lambda_context(60))
    stream = read_stream(response.content)
    assert stream.text == "a"
    assert stream.last["code"] == "deadline"
    assert source.only.closes == 1
    (line,) = json_log.find("The answer ended.")
    assert (line["outcome"], line["request_id"], line["trace_id"]) == ("deadline", "r-1", "Root=1-2")


@pytest.mark.parametrize("path", ["/stream", "/generate"])
def test_request_is_refused_when_the_source_does_not_open_before_the_deadline(path: str, client: httpx.Client) -> None:
    source = ScriptedSource(opening=forever)
    with serving(create_app(Settings(deadline_margin_seconds=59.5), source)) as url:
        response = client.post(f"{url}{path}", json={"input": "a"}, headers=lambda_context(60))
    assert response.status_code == 503
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["retry-after"] == "5"


def test_stream_leaves_the_connection_open_for_the_next_request() -> None:
    with serving(create_app(Settings(), EchoSource())) as url:
        transport = httpx.HTTPTransport(limits=httpx.Limits(max_connections=1))
        with httpx.Client(transport=transport, timeout=10) as client:
            ports = []
            for path in ("/stream?input=a", "/healthz", "/stream", "/stream?input=b"):
                response = client.get(url + path)
                ports.append(response.extensions["network_stream"].get_extra_info("client_addr"))
    assert len(set(ports)) == 1
    assert read_stream(response.content).text == "b"
