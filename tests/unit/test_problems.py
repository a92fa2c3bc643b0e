from __future__ import annotations

import json
from http import HTTPStatus

import pytest
from starlette.exceptions import HTTPException
from starlette.requests import Request

from functions.stream.streaming.problems import Problem, answer_http_error, answer_unexpected_error
from tests.support.asgi import http_scope

pytestmark = pytest.mark.anyio

REQUEST = Request(http_scope("GET", "/a/path"))


async def test_problem_becomes_a_document_with_its_members_and_headers() -> None:
    problem = Problem(HTTPStatus.TOO_MANY_REQUESTS, "Later.", headers={"retry-after": "5"}, id="s-1")
    response = await answer_http_error(REQUEST, problem)
    assert response.status_code == 429
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["retry-after"] == "5"
    assert json.loads(bytes(response.body)) == {
        "type": "about:blank",
        "title": "Too Many Requests",
        "status": 429,
        "detail": "Later.",
        "id": "s-1",
    }


async def test_http_error_of_the_framework_becomes_a_document_that_names_the_request() -> None:
    response = await answer_http_error(REQUEST, HTTPException(404))
    document = json.loads(bytes(response.body))
    assert (document["title"], document["status"]) == ("Not Found", 404)
    assert document["detail"].startswith("GET /a/path: ")


async def test_unexpected_error_becomes_a_document_that_tells_nothing_of_it() -> None:
    response = await answer_unexpected_error(REQUEST, RuntimeError("arn:aws:secret"))
    assert response.status_code == 500
    assert response.headers["content-type"] == "application/problem+json"
    assert json.loads(bytes(response.body))["detail"] == "The service failed."
    assert b"secret" not in bytes(response.body)
