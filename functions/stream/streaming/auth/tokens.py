"""Whether a JWT opens the service. PyJWT verifies it, with the issuer's own keys.

The rules are those of an HTTP API's JWT authorizer, so that one setting means the same in both places.
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import jwt

from ..problems import Problem
from ..settings import JwtSettings
from .issuer_keys import IssuerKeys, KeysUnavailable

logger = logging.getLogger(__name__)

#: Signatures alone: with a shared secret, whoever can check a token can also make one.
_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
#: How far the clocks of issuer and function may be apart.
_CLOCK_SKEW_SECONDS = 30
_RETRY_AFTER_SECONDS = 5


class TokenVerifier:
    def __init__(self, settings: JwtSettings, keys: IssuerKeys | None = None) -> None:
        self._settings = settings
        self._keys = keys or IssuerKeys(settings.issuer)

    async def __call__(self, token: str) -> None:
        """Raises Problem: 401, 403, or 503 while the issuer's keys are out of reach."""
        try:
            claims = await self._verified_claims(token)
        except jwt.ExpiredSignatureError as error:
            raise _invalid("The token has expired: get a new one.") from error
        except jwt.PyJWTError as error:
            logger.info("A token was refused.", extra={"fields": {"reason": str(error)}})
            raise _invalid("The token is not one that opens this service.") from error
        except KeysUnavailable as error:
            raise Problem(
                HTTPStatus.SERVICE_UNAVAILABLE,
                "The token cannot be checked at the moment.",
                headers={"retry-after": str(_RETRY_AFTER_SECONDS)},
            ) from error
        if self._settings.scope and self._settings.scope not in _scopes(claims):
            raise _insufficient_scope(self._settings.scope)

    def forget_keys(self) -> None:
        self._keys.forget()

    async def _verified_claims(self, token: str) -> Mapping[str, Any]:
        key_id = jwt.get_unverified_header(token).get("kid")
        key = await self._keys.find(key_id) if key_id else None
        if key is None:
            raise jwt.InvalidTokenError(f"No key of the issuer is named {key_id!r}.")
        claims: Mapping[str, Any] = jwt.decode(
            token,
            key,
            algorithms=_ALGORITHMS,
            issuer=self._settings.issuer,
            leeway=_CLOCK_SKEW_SECONDS,
            # Below, because the library knows no `client_id`, which an access token of Cognito has in place of `aud`.
            options={"require": ["exp", "iss"], "verify_aud": False, "enforce_minimum_key_length": True},
        )
        if not _names(claims.get("aud", claims.get("client_id"))) & set(self._settings.audience):
            raise jwt.InvalidAudienceError("The token is for another audience.")
        return claims


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
