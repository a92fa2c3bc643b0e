from __future__ import annotations

import base64
import json
import re
from typing import Any

import httpx
import pytest

from rehearsal.emulator.front_ends.events import EventBuilder, function_url_event, http_api_event, rest_api_event
from rehearsal.emulator.function import Function
from rehearsal.emulator.http11 import Exchange, Server
from rehearsal.emulator.invocation import Identity
from tests.emulator.support import Sandbox, run

IDENTITY = Identity("8f4bb1f9-0000-4000-8000-000000000000", "Root=1-6b05a861-f695406274e3981034f763e2")
BUILDERS = [function_url_event, http_api_event]


@pytest.fixture
def function(sandbox: Sandbox) -> Function:
    return sandbox.function("")


def event(function: Function, build: EventBuilder, method: str, target: str, **request: Any) -> Any:
    """The event of a request that went over a socket."""
    events: list[Any] = []

    async def handle(exchange: Exchange) -> None:
        built = build(exchange, await exchange.body(), function, IDENTITY)
        events.append(json.loads(json.dumps(built)))
        await exchange.answer(200)

    async def test() -> None:
        server = Server(handle)
        await server.open()
        async with httpx.AsyncClient() as client:
            await client.request(method, f"http://{server.authority}{target}", **request)
        await server.close()

    run(test())
    return events[0]


def test_the_path_of_a_function_url_stays_encoded(function: Function) -> None:
    got = event(function, function_url_event, "GET", "/a%2Fb/space%20value/%C3%A9%3F")
    assert got["rawPath"] == "/a%2Fb/space%20value/%C3%A9%3F"
    assert got["requestContext"]["http"]["path"] == "/a/b/space value/é?"


def test_the_path_of_an_http_api_is_decoded_and_cut_at_a_question_mark(function: Function) -> None:
    got = event(function, http_api_event, "GET", "/a%2Fb/space%20value/%C3%A9%3Fcut")
    assert got["rawPath"] == got["requestContext"]["http"]["path"] == "/a/b/space value/é"


@pytest.mark.parametrize("build", BUILDERS)
def test_the_query_is_given_raw_and_decoded(function: Function, build: EventBuilder) -> None:
    got = event(function, build, "GET", "/?q=a+b%20c&empty=&q=%C3%A9")
    assert got["rawQueryString"] == "q=a+b%20c&empty=&q=%C3%A9"
    assert got["queryStringParameters"] == {"q": "a b c,é", "empty": ""}


@pytest.mark.parametrize("build", BUILDERS)
def test_what_is_absent_has_no_key(function: Function, build: EventBuilder) -> None:
    got = event(function, build, "GET", "/")
    assert got["rawQueryString"] == ""
    assert not {"queryStringParameters", "cookies", "body"} & got.keys()
    assert got["isBase64Encoded"] is False


def test_headers_are_joined_and_the_host_is_public(function: Function) -> None:
    headers = [("X-Twice", "1"), ("x-twice", "2"), ("Connection", "keep-alive"), ("User-Agent", "tester")]
    got = event(function, function_url_event, "GET", "/", headers=headers)
    expected = {
        "x-twice": "1,2",
        "host": "emulated0url0id.lambda-url.eu-central-1.on.aws",
        "x-forwarded-for": "127.0.0.1",
        "x-forwarded-port": "443",
        "x-forwarded-proto": "https",
        "x-amzn-tls-version": "TLSv1.3",
        "x-amzn-trace-id": IDENTITY.trace_root,
        "user-agent": "tester",
    }
    assert got["headers"] | expected == got["headers"]
    assert "connection" not in got["headers"]


@pytest.mark.parametrize(("build", "keeps_header"), [(function_url_event, True), (http_api_event, False)])
def test_cookies_are_split(function: Function, build: EventBuilder, keeps_header: bool) -> None:
    got = event(function, build, "GET", "/", headers={"Cookie": "a=1; b=2=3"})
    assert got["cookies"] == ["a=1", "b=2=3"]
    assert got["headers"].get("cookie") == ("a=1; b=2=3" if keeps_header else None)


def test_the_context_of_a_function_url(function: Function) -> None:
    context = event(function, function_url_event, "DELETE", "/x")["requestContext"]
    assert (context["accountId"], context["stage"], context["routeKey"]) == (
        "anonymous",
        "$default",
        "$default",
    )
    assert context["apiId"] == context["domainPrefix"] == context["domainName"].partition(".")[0]
    assert context["http"]["method"] == "DELETE"
    assert re.fullmatch(r"\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d \+0000", context["time"])
    assert context["requestId"] == IDENTITY.request_id
    assert context["timeEpoch"] > 1_700_000_000_000


@pytest.mark.parametrize("build", BUILDERS)
@pytest.mark.parametrize(
    ("content_type", "is_text"),
    [
        ("text/plain; charset=utf-8", True),
        ("application/json", True),
        ("application/xml", True),
        ("application/javascript", True),
        ("application/x-www-form-urlencoded", False),
        ("application/octet-stream", False),
        ("multipart/form-data; boundary=x", False),
        (None, False),
    ],
)
def test_only_text_is_not_base64(
    function: Function, build: EventBuilder, content_type: str | None, is_text: bool
) -> None:
    body = "zwölf=1".encode()
    headers = {"content-type": content_type} if content_type else {}
    got = event(function, build, "POST", "/", content=body, headers=headers)
    assert got["isBase64Encoded"] is not is_text
    assert got["body"] == (body.decode() if is_text else base64.b64encode(body).decode())
    assert got["headers"]["content-length"] == "8"


def test_a_rest_api_sends_payload_1(function: Function) -> None:
    headers = [("X-Twice", "1"), ("x-twice", "2"), ("Cookie", "a=1")]
    got = event(function, rest_api_event, "POST", "/a%2Fb/c?q=1&q=2", content="zwölf".encode(), headers=headers)
    assert "version" not in got
    assert (got["httpMethod"], got["path"], got["resource"]) == ("POST", "/a%2Fb/c", "/{proxy+}")
    assert (got["body"], got["isBase64Encoded"]) == ("zwölf", False)
    assert got["headers"]["x-twice"] == "2"
    assert got["multiValueHeaders"]["x-twice"] == ["1", "2"]
    assert got["queryStringParameters"] == {"q": "2"}
    assert got["multiValueQueryStringParameters"] == {"q": ["1", "2"]}
    assert got["pathParameters"] == {"proxy": "a%2Fb/c"}
    assert got["requestContext"]["path"] == "/prod/a%2Fb/c"


def test_a_rest_api_sends_null_for_what_is_absent(function: Function) -> None:
    got = event(function, rest_api_event, "GET", "/")
    absent = ("body", "queryStringParameters", "multiValueQueryStringParameters", "stageVariables")
    assert [got[key] for key in absent] == [None] * 4
