from __future__ import annotations

from http import HTTPStatus

import pytest
from starlette.responses import PlainTextResponse

from functions.stream.streaming.auth.token_check import TokenCheck
from functions.stream.streaming.problems import Problem
from tests.support.asgi import Exchange, http_scope

pytestmark = pytest.mark.anyio


class Verify:
    """Knows one token."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    async def __call__(self, token: str) -> None:
        self.seen.append(token)
        if token != "good":
            raise Problem(HTTPStatus.FORBIDDEN, "No.", headers={"www-authenticate": "Bearer x"}, code="no")


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
