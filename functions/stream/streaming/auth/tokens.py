"""Validates JWTs.

PyJWT verifies them with the issuer's own keys. The rules are those of an HTTP API's JWT authorizer, so that one setting
means the same in both places.
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import jwt

from ..problems import Problem
from ..settings import JwtSettings
from .discovery import KeysUnavailable
from .issuer_keys import IssuerKeys
from .public_keys import ALGORITHMS, MAX_LOGGED_CHARACTERS, PublicKey

if TYPE_CHECKING:
    from jwt.types import Options

logger = logging.getLogger(__name__)

#: How far the clocks of issuer and function may be apart.
_CLOCK_SKEW_SECONDS = 30
_RETRY_AFTER_SECONDS = 5
_SIGNATURES = jwt.PyJWS(options={"verify_signature": True, "enforce_minimum_key_length": True})
_OPTIONS: Options = {
    "require": ["exp", "iss"],
    # By ourselves, because the library knows no `client_id`, which an access token of Cognito has in place of `aud`.
    "verify_aud": False,
    # Some issuers give numbers, against RFC 7519, and nothing here depends on either.
    "verify_sub": False,
    "verify_jti": False,
    "enforce_minimum_key_length": True,
}


class TokenVerifier:
    def __init__(self, settings: JwtSettings, keys: IssuerKeys | None = None) -> None:
        self._settings = settings
        self._keys = keys or IssuerKeys(settings.issuer)

    async def __call__(self, token: str) -> Mapping[str, Any]:
        """Returns the claims. Raises Problem: 401, 403, or 503 while the issuer's keys are out of reach."""
        with _refusing_invalid():
            key_id, algorithm = _named_key(token)
        try:
            keys = await self._keys.find(key_id, algorithm)
        except KeysUnavailable as error:
            raise Problem(
                HTTPStatus.SERVICE_UNAVAILABLE,
                "The token cannot be checked at the moment.",
                headers={"retry-after": str(_RETRY_AFTER_SECONDS)},
            ) from error
        with _refusing_invalid():
            if not keys:
                raise jwt.InvalidTokenError(f"No key of the issuer for {algorithm} is named {key_id!r}.")
            claims = self._verified_claims(token, _signer(token, algorithm, keys), algorithm)
        if self._settings.scope and self._settings.scope not in _scopes(claims):
            raise _insufficient_scope(self._settings.scope)
        return claims

    def forget_keys(self) -> None:
        self._keys.forget()

    def _verified_claims(self, token: str, key: PublicKey, algorithm: str) -> Mapping[str, Any]:
        claims: Mapping[str, Any] = jwt.decode(
            token,
            key.key,
            algorithms=[algorithm],
            issuer=self._settings.issuer,
            leeway=_CLOCK_SKEW_SECONDS,
            options=_OPTIONS,
        )
        if not _names(claims.get("aud", claims.get("client_id"))) & set(self._settings.audience):
            raise jwt.InvalidAudienceError("The token is for another audience.")
        return claims


@contextlib.contextmanager
def _refusing_invalid() -> Iterator[None]:
    """Turns whatever a token makes the libraries raise into a Problem: they promise no list of it."""
    try:
        yield
    except jwt.ExpiredSignatureError as error:
        raise _invalid("The token has expired: get a new one.") from error
    except Exception as error:
        fields = {"reason": str(error)[:MAX_LOGGED_CHARACTERS]}
        logger.info("A token was refused.", extra={"fields": fields})
        raise _invalid("The token is not one that opens this service.") from error


def _named_key(token: str) -> tuple[str, str]:
    """The name of the key and the algorithm that a token claims to be signed by."""
    header = jwt.get_unverified_header(token)
    match header:
        case {"kid": str(key_id), "alg": str(algorithm)} if algorithm in ALGORITHMS:
            return key_id, algorithm
    raise jwt.InvalidTokenError("Expected a token that names its key and an algorithm of public keys, got another.")


def _signer(token: str, algorithm: str, keys: Sequence[PublicKey]) -> PublicKey:
    """The key among several that verifies the signature; the last where none does, so that its error is the reason."""
    for key in keys[:-1]:
        with contextlib.suppress(Exception):
            _SIGNATURES.decode(token, key.key, algorithms=[algorithm])
            return key
    return keys[-1]


def _names(claim: object) -> set[str]:
    """Of a claim that is one name or several."""
    names = claim if isinstance(claim, list) else [claim]
    return {name for name in names if isinstance(name, str)}


def _scopes(claims: Mapping[str, Any]) -> set[str]:
    """By RFC 8693 in `scope`, parted by spaces; some issuers say `scp`, and some as a list."""
    granted = claims.get("scope", claims.get("scp"))
    return set(granted.split()) if isinstance(granted, str) else _names(granted)


def _invalid(detail: str) -> Problem:
    challenge = {"www-authenticate": 'Bearer error="invalid_token"'}
    return Problem(HTTPStatus.UNAUTHORIZED, detail, headers=challenge, code="invalid_token")


def _insufficient_scope(scope: str) -> Problem:
    challenge = {"www-authenticate": f'Bearer error="insufficient_scope", scope="{scope}"'}
    detail = f"The token lacks the scope {scope!r}."
    return Problem(HTTPStatus.FORBIDDEN, detail, headers=challenge, code="insufficient_scope")
