"""Reads the prompt of a request, or raises the Problem that says what is wrong with it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request

from ..problems import Problem

_FIELD = "input"
# `\u0000` is the longest way to write one byte of UTF-8 in JSON; the rest is room for the object around it.
_JSON_EXPANSION = 6
_JSON_ROOM_BYTES = 1024


async def read_prompt(request: Request, *, max_bytes: int) -> str:
    """Returns the prompt. Raises Problem: 400, 413, 415 or 422."""
    fields = await _body_fields(request, max_bytes) if request.method == "POST" else _query_fields(request)
    return _validated(fields, max_bytes)


def _query_fields(request: Request) -> dict[str, object]:
    try:
        pairs = parse_qsl(request.scope["query_string"].decode("ascii"), keep_blank_values=True, errors="strict")
    except UnicodeDecodeError as error:
        raise Problem(HTTPStatus.BAD_REQUEST, "Expected the query to be percent-encoded UTF-8; it is not.") from error
    return _unique(pairs)


def _unique(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Refuses a field that is there twice, because readers would differ in which one they take."""
    fields: dict[str, Any] = {}
    for name, value in pairs:
        if name in fields:
            raise _wrong_field(name, "it once", "it more than once")
        fields[name] = value
    return fields


async def _body_fields(request: Request, max_bytes: int) -> dict[str, object]:
    content_type = request.headers.get("content-type", "")
    if content_type.partition(";")[0].strip().lower() != "application/json":
        raise Problem(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"Expected content-type application/json, got {content_type!r}."
        )
    body = await _read_body(request, max_bytes * _JSON_EXPANSION + _JSON_ROOM_BYTES)
    try:
        fields = json.loads(body.decode(), object_pairs_hook=_unique)
    except (ValueError, RecursionError) as error:
        raise Problem(HTTPStatus.BAD_REQUEST, "Expected a body of JSON in UTF-8; it cannot be parsed.") from error
    if not isinstance(fields, dict):
        raise Problem(
            HTTPStatus.UNPROCESSABLE_ENTITY, f'Expected an object {{"{_FIELD}": TEXT}}, got another JSON value.'
        )
    return fields


async def _read_body(request: Request, max_bytes: int) -> bytes:
    body = bytearray()
    try:
        async for part in request.stream():
            body += part
            if len(body) > max_bytes:
                raise _too_large(f"a body of at most {max_bytes} bytes")
    except ClientDisconnect as error:
        raise Problem(HTTPStatus.BAD_REQUEST, "Expected the whole body; the client left before its end.") from error
    return bytes(body)


def _validated(fields: dict[str, object], max_bytes: int) -> str:
    for name in fields:
        if name != _FIELD:
            raise _wrong_field(name, f"no field but {_FIELD!r}", "it")
    if _FIELD not in fields:
        raise _wrong_field(_FIELD, "it", "nothing")
    prompt = fields[_FIELD]
    if not isinstance(prompt, str):
        raise _wrong_field(_FIELD, "a string", "another JSON value")
    if not prompt.strip():
        # Models refuse it as well, some of them after the status was sent.
        raise _wrong_field(_FIELD, "text", "a blank string" if prompt else "an empty string")
    try:
        size = len(prompt.encode())
    except UnicodeEncodeError as error:
        raise _wrong_field(_FIELD, "text in Unicode", "half a surrogate pair") from error
    if size > max_bytes:
        raise _too_large(f"{_FIELD!r} to hold at most {max_bytes} bytes of UTF-8")
    return prompt


def _wrong_field(name: str, expected: str, got: str) -> Problem:
    return Problem(
        HTTPStatus.UNPROCESSABLE_ENTITY, f"Field {name[:100]!r}: expected {expected}, got {got}.", field=name[:100]
    )


def _too_large(expected: str) -> Problem:
    return Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"Expected {expected}, got more: send less.")
