from __future__ import annotations

import json
from urllib.parse import quote_plus, urlencode

import pytest
from hypothesis import given
from starlette.requests import Request
from starlette.types import Message

from functions.stream.streaming.problems import Problem
from functions.stream.streaming.protocols.prompts import read_prompt
from tests.support.asgi import Exchange, http_scope
from tests.support.text import texts

pytestmark = pytest.mark.anyio

LIMIT = 100
JSON = "application/json"


async def read_query(query: bytes, *, max_bytes: int = LIMIT) -> str:
    return await read_prompt(Request(http_scope("GET", "/stream", query=query)), max_bytes=max_bytes)


async def read_body(body: bytes, *, content_type: str | None = JSON, max_bytes: int = LIMIT) -> str:
    headers = {} if content_type is None else {"content-type": content_type}
    scope = http_scope("POST", "/stream", headers=headers)
    return await read_prompt(Request(scope, Exchange(body).receive), max_bytes=max_bytes)


async def problem_of_query(query: bytes) -> Problem:
    with pytest.raises(Problem) as caught:
        await read_query(query)
    return caught.value


async def problem_of_body(body: bytes, *, content_type: str | None = JSON) -> Problem:
    with pytest.raises(Problem) as caught:
        await read_body(body, content_type=content_type)
    return caught.value


@given(texts.filter(str.strip))
async def test_prompt_is_the_text_of_the_query_for_any_text(text: str) -> None:
    assert await read_query(urlencode({"input": text}).encode(), max_bytes=10_000) == text


@given(texts.filter(str.strip))
async def test_prompt_is_the_text_of_the_body_for_any_text(text: str) -> None:
    assert await read_body(json.dumps({"input": text}).encode(), max_bytes=10_000) == text
    assert await read_body(json.dumps({"input": text}, ensure_ascii=False).encode(), max_bytes=10_000) == text


@pytest.mark.parametrize("content_type", [JSON, "Application/JSON", f"{JSON}; charset=utf-8", f" {JSON} ;x=y"])
async def test_prompt_is_read_for_every_spelling_of_the_content_type(content_type: str) -> None:
    assert await read_body(b'{"input": "a"}', content_type=content_type) == "a"


@pytest.mark.parametrize("content_type", [None, "", "text/plain", "application/x-www-form-urlencoded", "text/json"])
async def test_problem_is_415_when_the_body_is_not_declared_as_json(content_type: str | None) -> None:
    problem = await problem_of_body(b'{"input": "a"}', content_type=content_type)
    assert problem.status_code == 415
    assert "Expected content-type application/json, got" in problem.detail


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b'{"input": "a"', b"{'input': 'a'}", b'{"input": "\xff"}', b"\xff\xfe{}", b"[" * 1500],
    ids=["empty", "open", "cut", "quotes", "utf8", "utf16", "deep"],
)
async def test_problem_is_400_when_the_body_is_no_json_in_utf8(body: bytes) -> None:
    problem = await problem_of_body(body)
    assert problem.status_code == 400
    assert "cannot be parsed" in problem.detail


@pytest.mark.parametrize("value", [b"[" * 100_000, b"1" * 5000 + b"}"], ids=["deep", "digits"])
async def test_problem_is_400_when_the_body_is_more_than_python_reads(value: bytes) -> None:
    with pytest.raises(Problem) as caught:
        await read_body(b'{"input": ' + value, max_bytes=100_000)
    assert caught.value.status_code == 400


@pytest.mark.parametrize("body", [b"[]", b"null", b'"text"', b"1", b"NaN", b'["input"]'])
async def test_problem_is_422_when_the_body_is_no_object(body: bytes) -> None:
    problem = await problem_of_body(body)
    assert problem.status_code == 422
    assert 'Expected an object {"input": TEXT}' in problem.detail


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"{}", "input"),
        (b'{"input": ""}', "input"),
        (b'{"input": null}', "input"),
        (b'{"input": 1}', "input"),
        (b'{"input": ["a"]}', "input"),
        (b'{"input": {"text": "a"}}', "input"),
        (b'{"input": "\\ud83d"}', "input"),
        (b'{"input": "a", "model": "b"}', "model"),
        (b'{"prompt": "a"}', "prompt"),
        (b'{"input": "a", "": 1}', ""),
        (b'{"input": "a", "\\ud83d": 1}', "\ud83d"),
        (b'{"' + b"n" * 500 + b'": 1}', "n" * 100),
    ],
)
async def test_problem_is_422_and_names_the_field_when_the_body_is_wrong(body: bytes, field: str) -> None:
    problem = await problem_of_body(body)
    assert problem.status_code == 422
    assert problem.members == {"field": field}
    assert problem.detail.startswith(f"Field {field!r}: expected ")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        (b"", "input"),
        (b"input=", "input"),
        (b"input", "input"),
        (b"input=a&input=b", "input"),
        (b"input=a&model=b", "model"),
        (b"prompt=a", "prompt"),
        (b"input=a&%00=b", "\0"),
    ],
)
async def test_problem_is_422_and_names_the_field_when_the_query_is_wrong(query: bytes, field: str) -> None:
    problem = await problem_of_query(query)
    assert problem.status_code == 422
    assert problem.members == {"field": field}


@pytest.mark.parametrize("query", [b"input=%ff", b"input=%c3", b"input=%ed%a0%bd", b"input=\xc3\xa9", b"%ff=a"])
async def test_problem_is_400_when_the_query_is_no_percent_encoded_utf8(query: bytes) -> None:
    problem = await problem_of_query(query)
    assert problem.status_code == 400
    assert "percent-encoded UTF-8" in problem.detail


@pytest.mark.parametrize("letter", ["a", "é", "€", "😀", "\0", '"'])
async def test_prompt_may_be_exactly_as_long_as_the_limit_in_bytes_of_utf8(letter: str) -> None:
    count = LIMIT // len(letter.encode())
    text = (letter * count).ljust(count + LIMIT % len(letter.encode()), "a")
    assert len(text.encode()) == LIMIT
    for ascii_only in (True, False):
        assert await read_body(json.dumps({"input": text}, ensure_ascii=ascii_only).encode()) == text
        longer = json.dumps({"input": f"{text}a"}, ensure_ascii=ascii_only).encode()
        assert (await problem_of_body(longer)).status_code == 413
    assert await read_query(f"input={quote_plus(text)}".encode()) == text
    assert (await problem_of_query(f"input={quote_plus(text)}a".encode())).status_code == 413


async def test_prompt_fits_when_every_byte_of_it_is_written_as_an_escape() -> None:
    body = '{"input": "' + "\\u0041" * LIMIT + '"}'
    assert await read_body(body.encode()) == "A" * LIMIT


async def test_problem_is_400_when_the_client_leaves_in_the_middle_of_the_body() -> None:
    messages: list[Message] = [
        {"type": "http.request", "body": b'{"input": "a', "more_body": True},
        {"type": "http.disconnect"},
    ]

    async def receive() -> Message:
        return messages.pop(0)

    scope = http_scope("POST", "/stream", headers={"content-type": JSON})
    with pytest.raises(Problem) as caught:
        await read_prompt(Request(scope, receive), max_bytes=LIMIT)
    assert caught.value.status_code == 400


async def test_problem_is_413_and_reading_stops_when_the_body_is_endless() -> None:
    parts = 0

    async def receive() -> Message:
        nonlocal parts
        parts += 1
        return {"type": "http.request", "body": b" " * 1000, "more_body": True}

    scope = http_scope("POST", "/stream", headers={"content-type": JSON})
    with pytest.raises(Problem) as caught:
        await read_prompt(Request(scope, receive), max_bytes=LIMIT)
    assert caught.value.status_code == 413
    assert parts == 2


@pytest.mark.parametrize("blank", [" ", "\n", "\t \r\n", "\u2003\u00a0", "\x85", "\u3000"], ids=ascii)
async def test_blank_text_is_refused_as_the_empty_one(blank: str) -> None:
    problems = [
        await problem_of_query(urlencode({"input": blank}).encode()),
        await problem_of_body(json.dumps({"input": blank}).encode()),
    ]
    assert {(problem.status_code, problem.members["field"]) for problem in problems} == {(422, "input")}
    assert {problem.detail for problem in problems} == {"Field 'input': expected text, got a blank string."}


@pytest.mark.parametrize("body", [b'{"input": "a", "input": "b"}', b'{"input": "a", "input": "a"}'])
async def test_field_that_stands_twice_is_refused_in_json_as_in_a_query(body: bytes) -> None:
    problem = await problem_of_body(body)
    assert (problem.status_code, problem.members["field"]) == (422, "input")
