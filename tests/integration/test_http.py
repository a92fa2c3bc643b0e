"""Everything that is not a stream, over real sockets: errors of the contract, and the endpoints that answer whole."""

from __future__ import annotations

import json
import threading
import time
from typing import Any

import httpx
import pytest

from functions.stream.streaming.app import create_app
from functions.stream.streaming.settings import Settings
from functions.stream.streaming.sources import SourceFailed, SourceRefused
from rehearsal.waiting import wait_until
from rehearsal.wire import read_stream
from tests.support.logs import JsonLog
from tests.support.servers import Function, serving
from tests.support.sources import ScriptedSource, Step, forever

LIMIT = Settings().max_input_bytes
JSON = {"content-type": "application/json"}


def problem(response: httpx.Response, status: int) -> dict[str, Any]:
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["cache-control"] == "no-store"
    document = response.json()
    assert (document["type"], document["status"]) == ("about:blank", status)
    assert document["title"]
    assert document["detail"].endswith(".")
    assert isinstance(document, dict)
    return document


@pytest.mark.parametrize("path", ["/stream", "/generate"])
@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        (b'{"input": ', 400, None),
        (b"\xff", 400, None),
        (b"[" * 100_000, 400, None),
        (b"[]", 422, None),
        (b"{}", 422, "input"),
        (b'{"input": ""}', 422, "input"),
        (b'{"input": 7}', 422, "input"),
        (b'{"input": "\\ud83d"}', 422, "input"),
        (b'{"input": "a", "model": "b"}', 422, "model"),
        (json.dumps({"input": "a" * (LIMIT + 1)}).encode(), 413, None),
        (b" " * (8 * LIMIT), 413, None),
    ],
    ids=["open", "utf8", "deep", "array", "missing", "empty", "type", "half", "unknown", "long", "huge"],
)
def test_post_is_answered_with_a_problem_when_the_body_is_wrong(
    path: str, body: bytes, status: int, field: str | None, function: Function, client: httpx.Client
) -> None:
    response = client.post(function.url + path, content=body, headers=JSON)
    assert problem(response, status).get("field") == field


@pytest.mark.parametrize("content_type", [None, "text/plain", "multipart/form-data; boundary=x"])
def test_post_is_answered_with_415_when_the_body_is_not_json(
    content_type: str | None, function: Function, client: httpx.Client
) -> None:
    headers = {} if content_type is None else {"content-type": content_type}
    response = client.post(f"{function.url}/stream", content=b'{"input": "a"}', headers=headers)
    assert "application/json" in problem(response, 415)["detail"]


@pytest.mark.parametrize(
    ("query", "status", "field"),
    [
        ("", 422, "input"),
        ("?input=", 422, "input"),
        ("?input=a&input=b", 422, "input"),
        ("?input=a&model=b", 422, "model"),
        ("?input=%ff", 400, None),
        ("?input=" + "a" * (LIMIT + 1), 413, None),
    ],
    ids=["missing", "empty", "twice", "unknown", "utf8", "long"],
)
def test_get_is_answered_with_a_problem_when_the_query_is_wrong(
    query: str, status: int, field: str | None, function: Function, client: httpx.Client
) -> None:
    assert problem(client.get(f"{function.url}/stream{query}"), status).get("field") == field


@pytest.mark.parametrize("path", ["/", "/streams", "/stream/", "/generate/x", "/STREAM"])
def test_unknown_path_is_answered_with_404(path: str, function: Function, client: httpx.Client) -> None:
    assert path in problem(client.get(function.url + path), 404)["detail"]


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/stream", {"GET", "HEAD", "POST"}),
        ("DELETE", "/stream", {"GET", "HEAD", "POST"}),
        ("GET", "/generate", {"POST"}),
        ("POST", "/healthz", {"GET", "HEAD"}),
        ("GET", "/events", {"POST"}),
    ],
)
def test_wrong_method_is_answered_with_405_and_the_right_ones(
    method: str, path: str, allowed: set[str], function: Function, client: httpx.Client
) -> None:
    response = client.request(method, function.url + path)
    problem(response, 405)
    assert set(response.headers["allow"].split(", ")) == allowed


@pytest.mark.parametrize("path", ["/stream", "/generate"])
@pytest.mark.parametrize("status", [429, 503])
def test_refusal_of_the_source_is_a_problem_that_says_when_to_come_back(
    path: str, status: int, client: httpx.Client, json_log: JsonLog
) -> None:
    refusal = SourceRefused(status, "Not now.", retry_after_seconds=7)
    refusal.__cause__ = ValueError("arn:aws:secret")
    with serving(create_app(Settings(), ScriptedSource(opening=refusal))) as url:
        response = client.post(f"{url}{path}", json={"input": "a"})
    document = problem(response, status)
    assert document["detail"] == "Not now."
    assert response.headers["retry-after"] == "7"
    assert "secret" not in response.text
    (line,) = json_log.find("The source refused.")
    assert line["stream_id"] == document["id"]
    assert "arn:aws:secret" in line["exception"]


def test_failure_to_open_is_a_problem_that_tells_nothing_of_it(client: httpx.Client, json_log: JsonLog) -> None:
    with serving(create_app(Settings(), ScriptedSource(opening=RuntimeError("arn:aws:secret")))) as url:
        response = client.post(f"{url}/stream", json={"input": "a"})
        wait_until(lambda: "arn:aws:secret" in json_log.text, "the failure to be logged")
    problem(response, 500)
    assert "secret" not in response.text


def test_reconnecting_event_source_is_told_to_stop(function: Function, client: httpx.Client) -> None:
    response = client.get(f"{function.url}/stream?input=a", headers={"last-event-id": "3"})
    assert (response.status_code, response.content) == (204, b"")


def test_post_that_carries_a_last_event_id_is_no_second_generation(function: Function, client: httpx.Client) -> None:
    response = client.post(f"{function.url}/stream", json={"input": "a b"}, headers={"last-event-id": "3"})
    assert (response.status_code, response.content) == (204, b"")


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("text/event-stream", "one block"),
        ("Text/Event-Stream ; q=0.5, */*", "one block"),
        ("application/json, text/event-stream;charset=utf-8", "one block"),
        ("*/*", "two blocks"),
        ("text/*", "two blocks"),
        ("", "two blocks"),
        ("text/event-stream;q=0, */*", "two blocks"),
        ("text/event-streams", "two blocks"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_id_stands_where_the_reader_that_asks_will_find_it(
    method: str, accept: str, form: str, function: Function, client: httpx.Client
) -> None:
    body = {"params": {"input": "a b"}} if method == "GET" else {"json": {"input": "a b"}}
    response = client.request(method, f"{function.url}/stream", headers={"accept": accept}, **body)  # type: ignore[arg-type]
    stream = read_stream(response.content)
    assert (stream.text, stream.forms) == ("a b", {form})
    assert response.headers["vary"] == "accept"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "cross-site", "sec-fetch-dest": "image"}, 403),
        ({"sec-fetch-site": "cross-site", "origin": "https://evil.example"}, 403),
        ({"sec-fetch-site": "cross-site", "origin": "null"}, 403),
        ({"sec-fetch-site": "cross-site", "origin": "https://page.example"}, 200),
        ({"sec-fetch-site": "same-origin"}, 200),
        ({"sec-fetch-site": "none"}, 200),
        ({"origin": "https://elsewhere.example"}, 200),
    ],
)
def test_page_elsewhere_may_not_ask_with_a_get_unless_its_origin_is_allowed(
    headers: dict[str, str], status: int, client: httpx.Client
) -> None:
    source = ScriptedSource("a")
    with serving(create_app(Settings(cors_origins=("https://page.example",)), source)) as url:
        response = client.get(f"{url}/stream?input=a", headers=headers)
    assert response.status_code == status
    assert len(source.prompts) == (status == 200)


def test_refusal_leaves_one_line_with_the_request_s_id_and_its_caller(client: httpx.Client, json_log: JsonLog) -> None:
    context = {"authorizer": {"iam": {"userArn": "arn:aws:iam::1:user/a"}}}
    headers = {
        "x-amzn-lambda-context": json.dumps({"request_id": "r-1"}),
        "x-amzn-request-context": json.dumps(context),
    }
    with serving(create_app(Settings(), ScriptedSource("a"))) as url:
        for path, method in (("/stream", "GET"), ("/nowhere", "GET"), ("/stream", "PUT")):
            client.request(method, f"{url}{path}", headers=headers)
        client.post(f"{url}/stream", content="{", headers={**headers, "content-type": "application/json"})
        client.post(f"{url}/stream", content="a", headers=headers)
        client.get(f"{url}/stream?input=a", headers=headers)
    refusals = [line for line in json_log.lines() if line["message"].startswith("The request is refused: ")]
    assert [line["status"] for line in refusals] == [422, 404, 405, 400, 415]
    for line in (*refusals, *json_log.ends()):
        assert (line["request_id"], line["caller"]) == ("r-1", "arn:aws:iam::1:user/a")


def test_caller_is_named_by_a_hash_where_the_log_may_not_say_who_it_is(client: httpx.Client, json_log: JsonLog) -> None:
    context = json.dumps({"authorizer": {"iam": {"userArn": "arn:aws:iam::1:user/a"}}})
    with serving(create_app(Settings(hash_callers=True), ScriptedSource("a"))) as url:
        client.get(f"{url}/stream?input=a", headers={"x-amzn-request-context": context})
    (end,) = json_log.ends()
    assert len(end["caller"]) == 32
    assert "user/a" not in json_log.text


def test_head_answers_with_the_headers_of_a_stream(function: Function, client: httpx.Client) -> None:
    response = client.head(f"{function.url}/stream?input=a")
    assert (response.status_code, response.content) == (200, b"")
    assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert response.headers["cache-control"] == "no-cache, no-store, no-transform"
    assert client.head(f"{function.url}/stream").status_code == 422


def test_healthz_answers_ok(function: Function, client: httpx.Client) -> None:
    assert client.get(f"{function.url}/healthz").json() == {"status": "ok"}


@pytest.mark.parametrize("body", [b"", b'{"type": "anything"}', b"\xff"])
def test_events_accepts_whatever_the_adapter_passes_through(
    body: bytes, function: Function, client: httpx.Client
) -> None:
    response = client.post(f"{function.url}/events", content=body)
    assert (response.status_code, response.json()) == (200, {})


def test_generate_answers_with_the_whole_text(function: Function, client: httpx.Client) -> None:
    prompt = "one two three four five\nsix é😀 seven"
    document = client.post(f"{function.url}/generate", json={"input": prompt}).json()
    assert document == {"id": document["id"], "text": prompt, "chunks": 2, "status": "complete"}
    assert len(document["id"]) == 32


@pytest.mark.parametrize(
    ("script", "status", "code"),
    [
        ([SourceFailed("throttled", "Later.")], 502, "throttled"),
        ([RuntimeError("arn:aws:secret")], 502, "internal"),
        ([forever], 504, "deadline"),
    ],
)
def test_generate_answers_with_a_problem_when_the_answer_breaks_off(
    script: list[Step], status: int, code: str, client: httpx.Client, json_log: JsonLog
) -> None:
    source = ScriptedSource("a", *script)
    deadline = json.dumps({"deadline": int((time.time() + 60) * 1000)})
    with serving(create_app(Settings(deadline_margin_seconds=59.5), source)) as url:
        headers = {"x-amzn-lambda-context": deadline}
        response = client.post(f"{url}/generate", json={"input": "a"}, headers=headers)
    document = problem(response, status)
    assert document["code"] == code
    assert "secret" not in response.text
    assert source.only.closes == 1
    assert json_log.find("The answer ended.")[0]["stream_id"] == document["id"]


def test_generate_closes_the_source_when_the_client_leaves(json_log: JsonLog) -> None:
    asked = threading.Event()

    async def ask() -> None:
        asked.set()

    source = ScriptedSource("a", ask, forever)
    with serving(create_app(Settings(), source)) as url:
        with httpx.Client(trust_env=False, timeout=0.05) as impatient, pytest.raises(httpx.ReadTimeout):
            impatient.post(f"{url}/generate", json={"input": "a"})
        assert asked.wait(10)
        assert source.only.closed.wait(10)
        wait_until(json_log.outcomes, "the end to be logged")
    assert json_log.outcomes() == ["disconnected"]
