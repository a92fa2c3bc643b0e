from __future__ import annotations

import hashlib
import json

import pytest
from hypothesis import given

from client.call import Call, Timeouts
from client.request import build_request, endpoint
from tests.support.text import texts


def test_root_of_a_service_means_its_stream() -> None:
    assert endpoint("https://example.com/") == "https://example.com/stream"
    assert endpoint("https://example.com") == "https://example.com/stream"
    assert endpoint("https://example.com/prod/") == "https://example.com/prod/stream"
    assert endpoint("https://example.com/v1/stream") == "https://example.com/v1/stream"


@pytest.mark.parametrize("url", ["example.com", "ftp://example.com/", "https://", "https://exa mple.com:x/", ""])
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
