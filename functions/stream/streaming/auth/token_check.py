"""Checks the token of a request, except where the host itself calls. Pure ASGI, so that streams pass untouched."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from ..callers import caller_name
from ..logs import add_log_fields
from ..problems import Problem, answer_http_error

OPEN_PATHS = frozenset({"/healthz", "/events"})  # and the hooks around a snapshot, where there are any


class TokenCheck:
    """`verify` gives the claims of a token, and raises Problem for one that does not open the service."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        verify: Callable[[str], Awaitable[Mapping[str, Any]]],
        open_paths: frozenset[str] = OPEN_PATHS,
        hash_callers: bool = False,
    ) -> None:
        self._app = app
        self._verify = verify
        self._open_paths = open_paths
        self._hash_callers = hash_callers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] not in self._open_paths:
            try:
                claims = await self._verify(_bearer_token(Headers(scope=scope)))
            except Problem as problem:
                response = await answer_http_error(Request(scope), problem)
                await response(scope, receive, send)
                return
            self._log_caller(claims)
        await self._app(scope, receive, send)

    def _log_caller(self, claims: Mapping[str, Any]) -> None:
        if "sub" in claims:
            caller = f"{claims['iss']} {claims['sub']}"
            add_log_fields(caller=caller_name(caller, hashed=self._hash_callers))


def _bearer_token(headers: Headers) -> str:
    # Where IAM signs, and no token came, this is the signature.
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        # Without credentials, a challenge carries no error. https://datatracker.ietf.org/doc/html/rfc6750#section-3.1
        raise Problem(
            HTTPStatus.UNAUTHORIZED,
            "This service asks for a token: send one as `Bearer TOKEN`.",
            headers={"www-authenticate": "Bearer"},
            code="token_required",
        )
    return token.strip()
