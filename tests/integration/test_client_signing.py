"""Signatures, verified from the bytes that a server received."""

from __future__ import annotations

import hashlib
from typing import Any, Literal

import pytest
from botocore.credentials import Credentials

from client import Complete, Retries, Signing, astream, stream
from tests.support.raw_server import recording, sse_head
from tests.support.sigv4 import assert_signed

BODY = b'data: {"status": "complete"}\n\n'
SIGNING = Signing(service="lambda", region="eu-west-1")
# What a query, a path and a signature trip over.
PROMPT = "a b+c&d=e/é~*'%20?\n😀"


@pytest.mark.parametrize("token", [None, "session/token+=="])
@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("path", ["/stream", "/stage one/stream", "/stream?tag=z+y&a=1&a=0&empty="])
def test_signature_is_the_one_that_the_received_request_gives(
    method: Literal["GET", "POST"], path: str, token: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if token is not None:
        monkeypatch.setenv("AWS_SESSION_TOKEN", token)
    with recording([sse_head(), BODY]) as server:
        list(stream(server.url + path, PROMPT, method=method, signing=SIGNING))
    (received,) = server.requests
    assert received.method == method
    assert_signed(received, Credentials("testing", "testing", token), service="lambda", region="eu-west-1")


def test_hash_of_the_body_is_that_of_the_bytes_received_and_is_signed() -> None:
    with recording([sse_head(), BODY]) as server:
        list(stream(server.url, PROMPT, signing=SIGNING))
    (received,) = server.requests
    assert received.headers["x-amz-content-sha256"] == hashlib.sha256(received.body).hexdigest()
    assert "x-amz-content-sha256" in received.headers["authorization"]


@pytest.mark.anyio
async def test_asynchronous_stream_is_signed_like_the_other() -> None:
    with recording([sse_head(), BODY]) as server:
        assert [event async for event in astream(server.url, PROMPT, signing=SIGNING)] == [Complete()]
    assert_signed(server.requests[0], Credentials("testing", "testing"), service="lambda", region="eu-west-1")


def test_every_attempt_is_signed_for_itself() -> None:
    busy = [sse_head("503 Service Unavailable", "application/json"), b"{}"]
    with recording(busy, [sse_head(), BODY]) as server:
        list(stream(server.url, "hi", signing=SIGNING, retries=Retries(base_seconds=0)))
    assert len(server.requests) == 2
    for received in server.requests:
        assert_signed(received, Credentials("testing", "testing"), service="lambda", region="eu-west-1")


@pytest.mark.parametrize(
    "options",
    [{}, {"signing": None}, {"signing": SIGNING, "headers": {"Authorization": "Bearer token"}}],
)
def test_request_that_is_not_signed_still_carries_the_hash(options: dict[str, Any]) -> None:
    with recording([sse_head(), BODY]) as server:
        list(stream(server.url, "hi", **options))
    (received,) = server.requests
    assert "x-amz-date" not in received.headers
    assert received.headers.get("authorization") == options.get("headers", {}).get("Authorization")
    assert received.headers["x-amz-content-sha256"] == hashlib.sha256(received.body).hexdigest()
