"""Which tokens open the service."""

from __future__ import annotations

import hmac
import json
import time
from base64 import urlsafe_b64encode
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st

from functions.stream.streaming.auth.issuer_keys import IssuerKeys, KeysUnavailable
from functions.stream.streaming.auth.tokens import TokenVerifier
from functions.stream.streaming.problems import Problem
from functions.stream.streaming.settings import JwtSettings
from tests.support.clock import run_on_virtual_clock
from tests.support.issuer import AUDIENCE, SCOPE, Issuer
from tests.support.logs import JsonLog

pytestmark = pytest.mark.anyio

ISSUER = Issuer()
STRANGER = Issuer()


def verifier(scope: str | None = SCOPE, issuer: Issuer = ISSUER) -> TokenVerifier:
    settings = JwtSettings(issuer=issuer.url, audience=(AUDIENCE, "other"), scope=scope)
    return TokenVerifier(settings, IssuerKeys(issuer.url, fetch=issuer.keys))


async def refusal(token: str, verify: TokenVerifier | None = None) -> Problem:
    with pytest.raises(Problem) as caught:
        await (verify or verifier())(token)
    return caught.value


async def opens(token: str, verify: TokenVerifier | None = None) -> bool:
    try:
        await (verify or verifier())(token)
    except Problem:
        return False
    return True


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"aud": ["elsewhere", "other"]},
        {"aud": None, "client_id": AUDIENCE},
        {"scope": SCOPE},
        {"scope": None, "scp": SCOPE},
        {"scope": None, "scp": ["openid", SCOPE]},
    ],
    ids=["plain", "audiences", "client", "scope", "scp", "scopes"],
)
async def test_token_opens_the_service(claims: dict[str, Any]) -> None:
    assert await opens(ISSUER.token(**claims))


@pytest.mark.parametrize(("claim", "seconds"), [("exp", -10), ("nbf", 10), ("iat", 10)])
async def test_token_opens_the_service_when_its_issuer_s_clock_is_a_little_off(claim: str, seconds: int) -> None:
    claims: dict[str, Any] = {claim: time.time() + seconds}
    assert await opens(ISSUER.token(**claims))


async def test_token_signed_by_rsa_opens_the_service() -> None:
    issuer = Issuer()
    issuer.rotate("rsa", key=rsa.generate_private_key(65537, 2048))
    assert await opens(issuer.token(), verifier(issuer=issuer))


async def test_token_needs_no_scope_where_none_is_asked_for() -> None:
    assert await opens(ISSUER.token(scope=None), verifier(scope=None))


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://elsewhere.example"},
        {"iss": None},
        {"aud": "elsewhere"},
        {"aud": ["elsewhere"]},
        {"aud": None},
        {"aud": "elsewhere", "client_id": AUDIENCE},
        {"exp": None},
        {"exp": "tomorrow"},
        {"nbf": 1e11},
    ],
)
async def test_token_that_claims_something_else_is_refused(claims: dict[str, Any]) -> None:
    problem = await refusal(ISSUER.token(**claims))
    assert problem.status_code == 401
    assert problem.headers == {"www-authenticate": 'Bearer error="invalid_token"'}
    assert problem.members == {"code": "invalid_token"}


async def test_expired_token_is_refused_with_the_reason() -> None:
    problem = await refusal(ISSUER.token(exp=time.time() - 60))
    assert (problem.status_code, problem.detail) == (401, "The token has expired: get a new one.")


async def test_token_of_another_signer_is_refused() -> None:
    assert (await refusal(STRANGER.token())).status_code == 401


@pytest.mark.parametrize("kid", ["second", "", None])
async def test_token_that_names_no_key_of_the_issuer_is_refused(kid: str | None) -> None:
    assert (await refusal(ISSUER.token(headers={"kid": kid}))).status_code == 401


def forged(algorithm: str, kid: str, secret: bytes | None) -> str:
    """The good claims under a header of our own, signed by a shared secret or not at all."""
    header = urlsafe_b64encode(json.dumps({"alg": algorithm, "kid": kid}).encode()).decode().rstrip("=")
    signed = f"{header}.{ISSUER.token().split('.')[1]}"
    signature = b"" if secret is None else hmac.digest(secret, signed.encode(), "sha256")
    return f"{signed}.{urlsafe_b64encode(signature).decode().rstrip('=')}"


async def test_unsigned_token_is_refused() -> None:
    assert (await refusal(forged("none", "first", None))).status_code == 401


async def test_token_signed_with_the_public_key_as_a_shared_secret_is_refused() -> None:
    for secret in (json.dumps(ISSUER.jwks["keys"][0]).encode(), ISSUER.pem):
        assert (await refusal(forged("HS256", "first", secret))).status_code == 401


async def test_shared_secret_among_the_issuer_s_keys_opens_nothing() -> None:
    secret = b"a secret of as many bytes as it takes, or more"
    shared = jwt.PyJWK({"kty": "oct", "kid": "shared", "k": urlsafe_b64encode(secret).decode()})
    settings = JwtSettings(issuer=ISSUER.url, audience=(AUDIENCE,))
    verify = TokenVerifier(settings, IssuerKeys(ISSUER.url, fetch=lambda: {"shared": shared}))
    assert (await refusal(forged("HS256", "shared", secret), verify)).status_code == 401


async def test_changed_token_is_refused() -> None:
    head, _, signature = ISSUER.token().split(".")
    _, payload, _ = ISSUER.token(sub="someone else").split(".")
    assert (await refusal(f"{head}.{payload}.{signature}")).status_code == 401


@given(st.text(alphabet=st.characters(max_codepoint=0xFF)))
def test_any_text_in_place_of_a_token_is_refused(token: str) -> None:
    for text in (token, f"{token}.{token}.{token}", f"{ISSUER.token()}{token or 'x'}."):
        assert run_on_virtual_clock(refusal(text)).status_code == 401


@pytest.mark.parametrize("claims", [{"scope": "openid"}, {"scope": None}, {"scope": f"{SCOPE}s"}, {"scope": [7]}])
async def test_token_without_the_scope_is_answered_with_403_that_names_it(claims: dict[str, Any]) -> None:
    problem = await refusal(ISSUER.token(**claims))
    assert problem.status_code == 403
    assert problem.headers == {"www-authenticate": f'Bearer error="insufficient_scope", scope="{SCOPE}"'}
    assert problem.members == {"code": "insufficient_scope"}


async def test_token_is_answered_with_503_while_there_are_no_keys(json_log: JsonLog) -> None:
    def fail() -> dict[str, jwt.PyJWK]:
        raise KeysUnavailable("arn:aws:secret")

    settings = JwtSettings(issuer=ISSUER.url, audience=(AUDIENCE,))
    problem = await refusal(ISSUER.token(), TokenVerifier(settings, IssuerKeys(ISSUER.url, fetch=fail)))
    assert problem.status_code == 503
    assert problem.headers == {"retry-after": "5"}
    assert "secret" not in str(problem.detail)
    assert "secret" in json_log.text


async def test_log_says_why_a_token_was_refused_and_never_the_token(json_log: JsonLog) -> None:
    token = ISSUER.token(aud="elsewhere")
    await refusal(token)
    (line,) = json_log.find("A token was refused.")
    assert line["reason"] == "The token is for another audience."
    assert token not in json_log.text
