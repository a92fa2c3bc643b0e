"""Which tokens open the service."""

from __future__ import annotations

import hmac
import json
import time
from base64 import urlsafe_b64encode
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from hypothesis import given
from hypothesis import strategies as st
from jwt.algorithms import RSAAlgorithm

from functions.stream.streaming.auth.discovery import KeysUnavailable
from functions.stream.streaming.auth.issuer_keys import IssuerKeys
from functions.stream.streaming.auth.public_keys import PublicKey
from functions.stream.streaming.auth.tokens import TokenVerifier
from functions.stream.streaming.problems import Problem
from functions.stream.streaming.settings import JwtSettings
from tests.support.clock import run_on_virtual_clock
from tests.support.issuer import AUDIENCE, SCOPE, Issuer, PrivateKey, public_jwk
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


RSA, OTHER_RSA = (rsa.generate_private_key(65537, 2048) for _ in range(2))
P256, P384, P521 = (ec.generate_private_key(curve()) for curve in (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1))
ED25519 = ed25519.Ed25519PrivateKey.generate()


def issuer_with(key: PrivateKey, *published: Any) -> Issuer:
    """An issuer that signs by the key, and publishes what a test gives it."""
    issuer = Issuer()
    issuer.rotate("k", key=key)
    issuer.published = list(published)
    return issuer


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [
        *((RSA, name) for name in ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")),
        (P256, "ES256"),
        (P384, "ES384"),
        (P521, "ES512"),
        (ED25519, "EdDSA"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_key_without_an_algorithm_serves_those_of_its_type(key: PrivateKey, algorithm: str) -> None:
    issuer = issuer_with(key, public_jwk(key, kid="k", alg=None))
    assert await opens(issuer.token(algorithm=algorithm), verifier(issuer=issuer))


#: What stands in the document of the keys beside the good one, under the same name.
BESIDE_THE_KEY: dict[str, Any] = {
    "other algorithm": public_jwk(RSA, kid="k", alg="RS512"),
    "other key": public_jwk(OTHER_RSA, kid="k"),
    "other key without alg": public_jwk(OTHER_RSA, kid="k", alg=None),
    "other type": public_jwk(P256, kid="k"),
    "for encryption": public_jwk(OTHER_RSA, kid="k", use="enc"),
    "encryption's algorithm": public_jwk(OTHER_RSA, kid="k", alg="RSA-OAEP"),
    "short": public_jwk(rsa.generate_private_key(65537, 1024), kid="k"),
    "symmetric": {"kty": "oct", "kid": "k", "k": "c2VjcmV0"},
    "list for alg": public_jwk(OTHER_RSA, kid="k", alg=["RS256"]),
    "list for kid": public_jwk(OTHER_RSA, kid=["k"]),
    "list for kty": public_jwk(OTHER_RSA, kid="k", kty=["RSA"]),
    "number for kty": public_jwk(OTHER_RSA, kid="k", kty=7),
    "number for n": public_jwk(OTHER_RSA, kid="k", n=7),
    "no n": public_jwk(OTHER_RSA, kid="k", n=None),
    "object for use": public_jwk(OTHER_RSA, kid="k", use={}),
    "number for key_ops": public_jwk(OTHER_RSA, kid="k", key_ops=7),
    "list for crv": public_jwk(P256, kid="k", crv=["P-256"]),
    "point off the curve": public_jwk(P256, kid="k", x="A" * 43),
    "no key": "k",
    "null": None,
    "empty": {},
}


@pytest.mark.parametrize("beside", BESIDE_THE_KEY.values(), ids=BESIDE_THE_KEY.keys())
@pytest.mark.parametrize("is_last", [True, False], ids=["last", "first"])
async def test_key_serves_whatever_stands_beside_it(beside: Any, is_last: bool) -> None:
    good = public_jwk(RSA, kid="k")
    issuer = issuer_with(RSA, *((beside, good) if is_last else (good, beside)))
    assert await opens(issuer.token(), verifier(issuer=issuer))
    expired = await refusal(issuer.token(exp=1), verifier(issuer=issuer))
    assert expired.detail == "The token has expired: get a new one."


@pytest.mark.parametrize(
    "members",
    [
        {"use": "enc"},
        {"use": "tls"},
        {"key_ops": ["encrypt", "wrapKey"]},
        {"key_ops": []},
        {"alg": "RS512"},
        {"alg": "RSA-OAEP"},
        {"d": "AQAB"},
    ],
    ids=str,
)
async def test_key_for_something_else_verifies_nothing(members: dict[str, Any]) -> None:
    issuer = issuer_with(RSA, public_jwk(RSA, kid="k", **members), public_jwk(P256, kid="good"))
    assert (await refusal(issuer.token(), verifier(issuer=issuer))).status_code == 401


async def test_private_key_that_the_issuer_published_verifies_nothing_and_stays_out_of_the_log(
    json_log: JsonLog,
) -> None:
    private = RSAAlgorithm.to_jwk(RSA, as_dict=True) | {"kid": "k", "key_ops": ["verify"]}
    issuer = issuer_with(RSA, private, public_jwk(P256, kid="good"))
    assert (await refusal(issuer.token(), verifier(issuer=issuer))).status_code == 401
    (line,) = json_log.find("A key of the issuer is not used.")
    assert line["reason"] == "Expected a public key, got the private key 'k': the issuer has to replace it."
    assert private["d"] not in json_log.text


@pytest.mark.parametrize("claims", [{"sub": 7}, {"jti": 5}, {"sub": 7, "jti": 5}], ids=str)
async def test_number_that_names_the_subject_or_the_token_is_no_reason_to_refuse(claims: dict[str, Any]) -> None:
    assert (await verifier()(ISSUER.token(**claims))).items() >= claims.items()


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
        {"exp": float("inf")},
        {"exp": [1]},
        {"iat": {}},
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
    shared = {"kty": "oct", "kid": "shared", "k": urlsafe_b64encode(secret).decode()}
    issuer = issuer_with(P256, shared, public_jwk(P256, kid="k"))
    assert (await refusal(forged("HS256", "shared", secret), verifier(issuer=issuer))).status_code == 401


async def test_changed_token_is_refused() -> None:
    head, _, signature = ISSUER.token().split(".")
    _, payload, _ = ISSUER.token(sub="someone else").split(".")
    assert (await refusal(f"{head}.{payload}.{signature}")).status_code == 401


@pytest.mark.parametrize("payload", ["[" * 200_000, "9" * 5000, "[]", "null", "{", ""])
async def test_signed_text_that_is_no_claims_is_refused(payload: str) -> None:
    issuer = issuer_with(P256)
    token = jwt.PyJWS().encode(payload.encode(), P256, "ES256", {"kid": "k"})
    assert (await refusal(token, verifier(issuer=issuer))).status_code == 401


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
    def fail() -> list[PublicKey]:
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


async def test_log_holds_no_more_than_the_beginning_of_what_a_token_says(json_log: JsonLog) -> None:
    await refusal(ISSUER.token(headers={"kid": "k" * 20_000}))
    (line,) = json_log.find("A token was refused.")
    assert "is named 'kkk" in line["reason"]
    assert len(line["reason"]) == 200
