"""Fetches the keys of an issuer, which OpenID Connect discovery locates.

https://openid.net/specs/openid-connect-discovery-1_0.html
"""

from __future__ import annotations

import http.client
import ipaddress
import json
import logging
import time
import urllib.request
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from .public_keys import PublicKey, read_keys

logger = logging.getLogger(__name__)

#: For both documents together. Requests wait for it, and the time of an invocation is limited and paid for.
FETCH_SECONDS = 3

_MAX_BYTES = 512 * 1024


class KeysUnavailable(Exception):
    """The issuer does not give its keys, and none are kept; the message is for the log."""


def fetch_keys(issuer: str) -> tuple[PublicKey, ...]:
    """Blocks. Raises KeysUnavailable.

    A server that sends its headers byte by byte may hold the call longer than FETCH_SECONDS: the caller stops waiting.
    """
    deadline = time.monotonic() + FETCH_SECONDS
    try:
        discovered = _get_json(f"{issuer.rstrip('/')}/.well-known/openid-configuration", deadline)
        _expect_issuer(issuer, discovered.get("issuer"))
        location = str(discovered.get("jwks_uri"))
        if urlsplit(location).scheme != urlsplit(issuer).scheme:
            raise ValueError(f"Expected the keys of {issuer!r} by the issuer's own scheme, got {location!r}.")
        return read_keys(_get_json(location, deadline))
    # Whatever an issuer may answer: RecursionError for deep JSON, InvalidURL, the errors of a socket.
    except Exception as error:
        raise KeysUnavailable(str(error)) from error


def _expect_issuer(configured: str, discovered: object) -> None:
    if discovered == configured:
        return
    if isinstance(discovered, str) and discovered.rstrip("/") == configured.rstrip("/"):
        logger.warning(
            "The issuer spells itself with another trailing slash: configure it as it is discovered.",
            extra={"fields": {"configured": configured, "discovered": discovered[: len(configured) + 1]}},
        )
    raise ValueError(f"Expected the issuer {configured!r} to describe itself, got {discovered!r}.")


def _get_json(url: str, deadline: float) -> dict[str, Any]:
    with _opener(url).open(url, timeout=_seconds_until(deadline, url)) as response:
        if response.status != HTTPStatus.OK:
            raise ValueError(f"Expected status 200 from {url}, got {response.status}.")
        document = json.loads(_read(response, deadline, url))
    if not isinstance(document, dict):
        raise ValueError(f"Expected a JSON object at {url}, got {type(document).__name__}.")
    return document


def _read(response: http.client.HTTPResponse, deadline: float, url: str) -> bytes:
    """Reads part by part, because the timeout of a socket starts anew with every byte."""
    body = b""
    while part := response.read1(_MAX_BYTES):
        body += part
        if len(body) > _MAX_BYTES:
            raise ValueError(f"Expected at most {_MAX_BYTES} bytes at {url}, got more.")
        _seconds_until(deadline, url)
    return body


def _seconds_until(deadline: float, url: str) -> float:
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise TimeoutError(f"Expected an answer from {url} within {FETCH_SECONDS} s, got none.")
    return seconds


def _opener(url: str) -> urllib.request.OpenerDirector:
    handlers: list[urllib.request.BaseHandler] = [_EveryStatus()]
    if _is_loopback(urlsplit(url).hostname):
        # For a proxy, loopback would be the proxy's own machine.
        handlers.append(urllib.request.ProxyHandler({}))
    return urllib.request.build_opener(*handlers)


class _EveryStatus(urllib.request.HTTPErrorProcessor):
    """Gives every response as it is: a redirect may lead to plain HTTP, where anyone on the way chooses the keys."""

    def http_response(self, request: urllib.request.Request, response: Any) -> Any:
        return response

    https_response = http_response


def _is_loopback(host: str | None) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False
