from __future__ import annotations

import hashlib
import json
from typing import Literal, cast

import pytest
from hypothesis import given

from client import InvalidRequest
from client.call import Call, Timeouts
from client.request import build_request, endpoint
from tests.support.text import texts


def test_root_of_a_service_means_its_stream() -> None:
    assert endpoint("https://example.com/") == "https://example.com/stream"
    assert endpoint("https://example.com") == "https://example.com/stream"
    assert endpoint("https://example.com/prod/") == "https://example.com/prod/stream"
    assert endpoint("https://example.com/v1/stream") == "https://example.com/v1/stream"


@pytest.mark.parametrize(
    "url",
    [
        "example.com",
        "ftp://example.com/",
        "https://",
        "https://exa mple.com:x/",
        "",
        "http://a..b/",
        f"http://{'a' * 64}.example/",
        "http://xn--a/",
        "http://h\udcff/",
        "http://[::1",
        "http://example.com:65536/",
        "http://exam\nple.com/",
    ],
)
def test_url_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="Expected a URL"):
        build_request(Call(url=url, prompt="hi"))


@given(texts)
def test_body_carries_any_prompt_and_its_hash(prompt: str) -> None:
    request = build_request(Call(url="http://localhost/", prompt=prompt))
    assert json.loads(request.content) == {"input": prompt}
    assert request.headers["x-amz-content-sha256"] == hashlib.sha256(request.content).hexdigest()
    assert request.headers["content-type"] == "application/json"


@given(texts)
def test_query_carries_any_prompt_beside_what_the_url_has(prompt: str) -> None:
    request = build_request(Call(url="http://localhost/stream?stage=dev", prompt=prompt, method="GET"))
    assert list(request.url.params.multi_items()) == [("stage", "dev"), ("input", prompt)]
    assert request.content == b""
    assert b"+" not in request.url.query
    assert (
        build_request(Call(url="http://localhost", prompt="a b", method="GET")).url.raw_path == b"/stream?input=a%20b"
    )


SECRET = "tok-SECRET"


@pytest.mark.parametrize(
    "value",
    [
        f"Bearer {SECRET}\n",
        f" {SECRET}",
        f"{SECRET} ",
        f"{SECRET}\r\nx: y",
        f"{SECRET}\0",
        f"{SECRET}é",
        f"{SECRET}\x7f",
    ],
)
def test_illegal_value_of_a_header_is_refused_by_name_alone(value: str) -> None:
    with pytest.raises(InvalidRequest, match="'x-token'") as raised:
        build_request(Call(url="http://localhost/", prompt="hi", headers={"x-token": value}))
    assert SECRET not in str(raised.value)
    assert isinstance(raised.value, ValueError)


@pytest.mark.parametrize("name", ["", "a b", "é", "x:", "x\n", ":path", "(x)"])
def test_illegal_name_of_a_header_is_refused(name: str) -> None:
    with pytest.raises(InvalidRequest, match="name of a header") as raised:
        build_request(Call(url="http://localhost/", prompt="hi", headers={name: SECRET}))
    assert SECRET not in str(raised.value)


@pytest.mark.parametrize("name", ["content-length", "Host", "Transfer-Encoding"])
def test_header_that_frames_the_request_is_the_client_s_own(name: str) -> None:
    with pytest.raises(InvalidRequest, match=f"Expected no header '{name}'"):
        build_request(Call(url="http://localhost/", prompt="hi", headers={name: "5"}))


def test_value_that_is_no_text_is_refused_by_name() -> None:
    headers = cast(dict[str, str], {"authorization": None})
    with pytest.raises(InvalidRequest, match="header 'authorization', got NoneType"):
        build_request(Call(url="http://localhost/", prompt="hi", headers=headers))


@pytest.mark.parametrize("value", ["", "a", "a b\tc", '!"~'])
def test_legal_value_of_a_header_is_sent_as_it_is(value: str) -> None:
    request = build_request(Call(url="http://localhost/", prompt="hi", headers={"x-y": value}))
    assert request.headers["x-y"] == value


@pytest.mark.parametrize("method", ["POST", "GET"])
def test_prompt_with_half_a_character_is_refused(method: Literal["POST", "GET"]) -> None:
    with pytest.raises(InvalidRequest, match="half a surrogate pair"):
        build_request(Call(url="http://localhost/", prompt="a\ud83d", method=method))


def test_headers_of_the_caller_win_whatever_their_case() -> None:
    request = build_request(
        Call(url="http://localhost/", prompt="hi", headers={"Accept-Encoding": "br", "X-Token": "t"})
    )
    assert request.headers.get_list("accept-encoding") == ["br"]
    assert request.headers["x-token"] == "t"


def test_request_waits_for_the_first_byte_as_long_as_asked() -> None:
    timeouts = Timeouts(connect_seconds=1, first_byte_seconds=2, read_seconds=3)
    request = build_request(Call(url="http://localhost/", prompt="hi", timeouts=timeouts))
    assert request.extensions["timeout"] == {"connect": 1, "pool": 1, "write": 2, "read": 2}
