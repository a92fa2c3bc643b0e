"""The whole way: server-sent events out, Bedrock's event stream in."""

from __future__ import annotations

import json
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from functions.stream.streaming.app import create_app
from functions.stream.streaming.settings import Settings
from functions.stream.streaming.sources import Source
from rehearsal.waiting import wait_until
from rehearsal.wire import read_stream
from tests.support import eventstream
from tests.support.bedrock import ENVIRONMENT, bedrock_threads
from tests.support.logs import JsonLog
from tests.support.model_server import ModelServer, answer_with, say_then_think
from tests.support.servers import running_function, serving

SECRET = "arn:aws:bedrock:eu-west-1:123456789012:secret"
WORDS = [eventstream.start(), *(eventstream.text(f"{number} 😀") for number in range(50))]
TEXT = "".join(f"{number} 😀" for number in range(50))


def test_stream_carries_the_model_s_text_and_usage(source: Source, model: ModelServer, client: httpx.Client) -> None:
    model.script = answer_with(*WORDS, eventstream.stop(), eventstream.usage(3, 50))
    with serving(create_app(Settings(), source)) as url:
        stream = read_stream(client.get(f"{url}/stream?input=count").content)
    assert stream.text == TEXT
    assert stream.last == {"status": "complete", "stop_reason": "end_turn", "input_tokens": 3, "output_tokens": 50}
    assert model.only.request["messages"][0]["content"] == [{"text": "count"}]


def test_generate_carries_the_model_s_text(source: Source, model: ModelServer, client: httpx.Client) -> None:
    model.script = answer_with(*WORDS, eventstream.stop())
    with serving(create_app(Settings(), source)) as url:
        assert client.post(f"{url}/generate", json={"input": "count"}).json()["text"] == TEXT


def test_stream_hides_the_provider_s_words_and_the_log_keeps_them(
    source: Source, model: ModelServer, client: httpx.Client, json_log: JsonLog
) -> None:
    model.script = answer_with(*WORDS, eventstream.exception("throttlingException", SECRET))
    with serving(create_app(Settings(), source)) as url:
        response = client.get(f"{url}/stream?input=count")
    stream = read_stream(response.content)
    assert stream.text == TEXT
    assert stream.last == {"error": "The model is busy; try again later.", "code": "throttled"}
    assert "arn:" not in response.text
    (line,) = json_log.find("The source broke off.")
    assert line["stream_id"] == stream.id
    assert SECRET in line["exception"]


def test_throttling_is_a_429_that_says_when_to_come_back(
    source: Source, model: ModelServer, client: httpx.Client, json_log: JsonLog
) -> None:
    model.script = lambda call: call.refuse(429, "ThrottlingException", SECRET)
    with serving(create_app(Settings(), source)) as url:
        response = client.post(f"{url}/stream", json={"input": "a"})
    assert response.status_code == 429
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["retry-after"] == "5"
    assert "arn:" not in response.text
    assert SECRET in json_log.find("The source refused.")[0]["exception"]


def test_model_s_connection_is_closed_when_the_client_leaves(
    source: Source, model: ModelServer, client: httpx.Client, json_log: JsonLog
) -> None:
    model.script = say_then_think
    with serving(create_app(Settings(), source)) as url:
        with client.stream("GET", f"{url}/stream?input=a") as response:
            parts = response.iter_raw()
            while b"word" not in next(parts):
                pass
        assert model.only.closed.wait(10)
        wait_until(json_log.outcomes, "the end to be logged")
    assert json_log.outcomes() == ["disconnected"]
    wait_until(lambda: not bedrock_threads(), "the thread to end")


def test_model_s_connection_is_closed_at_the_deadline(source: Source, model: ModelServer, client: httpx.Client) -> None:
    model.script = say_then_think
    with serving(create_app(Settings(deadline_margin_seconds=59.5), source)) as url:
        deadline = {"x-amzn-lambda-context": json.dumps({"deadline": int((time.time() + 60) * 1000)})}
        stream = read_stream(client.get(f"{url}/stream?input=a", headers=deadline).content)
    assert (stream.text, stream.last["code"]) == ("word", "deadline")
    assert model.only.closed.wait(10)


def test_process_with_the_bedrock_source_streams_and_ends_when_its_model_is_silent(
    model: ModelServer, client: httpx.Client, tmp_path: Path
) -> None:
    model.script = say_then_think
    settings = ENVIRONMENT | {"STREAM_SOURCE": "bedrock", "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": model.url}
    with running_function(tmp_path / "log", **settings) as function:
        with client.stream("GET", f"{function.url}/stream?input=a") as response:
            parts = response.iter_raw()
            body = b""
            while b"word" not in body:
                body += next(parts)
            function.process.terminate()
            body += b"".join(parts)
        assert function.process.wait(10) in (0, -signal.SIGTERM)
    assert read_stream(body).last["code"] == "shutdown"
    assert model.only.closed.wait(10)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_process_ends_in_time_when_its_model_never_answers(
    number: signal.Signals, model: ModelServer, tmp_path: Path
) -> None:
    model.script = lambda call: call.until_closed()
    settings = ENVIRONMENT | {"STREAM_SOURCE": "bedrock", "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": model.url}
    with running_function(tmp_path / "log", **settings) as function:
        with ThreadPoolExecutor(1) as pool:
            asking = pool.submit(httpx.get, f"{function.url}/stream?input=a", trust_env=False, timeout=20)
            wait_until(lambda: model.calls, "the request to arrive")
            function.process.send_signal(number)
            refused = asking.result()
        assert (refused.status_code, refused.headers["content-type"]) == (503, "application/problem+json")
        assert refused.headers["retry-after"]
        # Far below the source's own time limit for a silent model.
        assert function.process.wait(10) in (0, -number)
