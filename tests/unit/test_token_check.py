from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from functions.stream.streaming.auth.token_check import TokenCheck
from functions.stream.streaming.callers import caller_name
from functions.stream.streaming.logs import log_fields
from functions.stream.streaming.problems import Problem
from tests.support.asgi import Exchange, http_scope
from tests.support.logs import JsonLog

pytestmark = pytest.mark.anyio


class Verify:
    """Knows one token."""

    def __init__(self, **claims: Any) -> None:
        self.seen: list[str] = []
        self._claims = {"iss": "https://i", **claims}

    async def __call__(self, token: str) -> Mapping[str, Any]:
        self.seen.append(token)
        if token != "good":
            raise Problem(HTTPStatus.FORBIDDEN, "No.", headers={"www-authenticate": "Bearer x"}, code="no")
        return self._claims


@pytest.fixture
def fresh_log_fields() -> Iterator[None]:
    token = log_fields.set(None)
    yield
    log_fields.reset(token)


async def ask(verify: Verify, path: str = "/stream", **headers: str) -> Exchange:
    exchange = Exchange()
    app = TokenCheck(PlainTextResponse("the service"), verify=verify)
    await exchange.run(app, http_scope("POST", path, headers=headers))
    return exchange


@pytest.mark.parametrize("value", ["Bearer good", "bearer good", "BEARER  good "])
async def test_request_passes_when_its_token_does(value: str) -> None:
    exchange = await ask(Verify(), authorization=value)
    assert (exchange.status, exchange.body) == (200, b"the service")


async def test_request_is_answered_with_the_verifier_s_problem_when_its_token_fails() -> None:
    exchange = await ask(Verify(), authorization="Bearer bad")
    assert exchange.status == 403
    assert exchange.headers["www-authenticate"] == "Bearer x"
    assert (exchange.json["detail"], exchange.json["code"]) == ("No.", "no")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": ""},
        {"authorization": "Bearer"},
        {"authorization": "Bearer  "},
        {"authorization": "Basic good"},
        {"authorization": "AWS4-HMAC-SHA256 Credential=good"},
        # The adapter renames it; one that arrives here was sent past the adapter.
        {"x-authorization": "Bearer good"},
    ],
)
async def test_request_without_a_token_is_answered_with_401_and_a_challenge(headers: dict[str, str]) -> None:
    verify = Verify()
    exchange = await ask(verify, **headers)
    assert exchange.status == 401
    assert exchange.headers["content-type"] == "application/problem+json"
    assert exchange.headers["www-authenticate"] == "Bearer"
    assert exchange.json["code"] == "token_required"
    assert verify.seen == []


async def logged_caller(json_log: JsonLog, verify: Verify, *, hash_callers: bool = False) -> object:
    async def service(scope: Scope, receive: Receive, send: Send) -> None:
        logging.getLogger("service").info("Here.")
        await PlainTextResponse("the service")(scope, receive, send)

    app = TokenCheck(service, verify=verify, hash_callers=hash_callers)
    await Exchange().run(app, http_scope("POST", "/stream", headers={"authorization": "Bearer good"}))
    (line,) = json_log.find("Here.")
    return line.get("caller")


@pytest.mark.usefixtures("fresh_log_fields")
@pytest.mark.parametrize(
    ("claims", "caller"),
    [
        ({"sub": "s"}, "https://i s"),
        ({"sub": 7}, "https://i 7"),
        ({"sub": "s" * 300}, f"https://i {'s' * 190}"),
        ({}, None),
    ],
    ids=["text", "number", "long", "none"],
)
async def test_log_names_the_caller_of_a_verified_token(
    claims: dict[str, Any], caller: str | None, json_log: JsonLog
) -> None:
    assert await logged_caller(json_log, Verify(**claims)) == caller


@pytest.mark.usefixtures("fresh_log_fields")
async def test_log_names_the_caller_by_a_hash_where_it_may_not_say_who_that_is(json_log: JsonLog) -> None:
    caller = await logged_caller(json_log, Verify(sub="s"), hash_callers=True)
    assert caller == caller_name("https://i s", hashed=True)
    assert "https://i" not in json_log.text


@pytest.mark.parametrize("path", ["/healthz", "/events"])
async def test_adapter_s_own_calls_need_no_token(path: str) -> None:
    assert (await ask(Verify(), path)).status == 200


@pytest.mark.parametrize("path", ["/", "/generate", "/nothing", "/healthz/", "/healthz/x", "/HEALTHZ", "//events"])
async def test_every_other_path_needs_a_token(path: str) -> None:
    assert (await ask(Verify(), path)).status == 401


async def test_lifespan_passes() -> None:
    exchange = Exchange()

    async def app(scope: object, receive: object, send: object) -> None:
        await exchange.send({"type": "lifespan.startup.complete"})

    await exchange.run(TokenCheck(app, verify=Verify()), {"type": "lifespan"})
    assert exchange.messages == [{"type": "lifespan.startup.complete"}]
