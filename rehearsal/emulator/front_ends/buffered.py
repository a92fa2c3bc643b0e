"""The response of Invoke as an HTTP answer.

https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-response-payload
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import json

from ..errors import EmulatorError, InvocationFailed
from ..http11 import Exchange
from ..invocation import Invocation
from ..prelude import flat_headers
from ..service import LambdaService
from .base import DROPPED, Reply, Responder


class BadAnswer(EmulatorError):
    pass


def buffered(failed: Reply, late: Reply | None = None) -> Responder:
    """With a `late` reply, the front end has a timeout of its own: that of an HTTP API."""

    async def respond(exchange: Exchange, invocation: Invocation, service: LambdaService) -> None:
        seconds = service.limits.http_api_seconds if late else None
        async with asyncio.TaskGroup() as tasks:
            answer = tasks.create_task(_answer(invocation, service, failed))
            await asyncio.wait({answer}, timeout=seconds)
            reply = answer.result() if answer.done() or late is None else late
            try:
                await reply.send(exchange, *invocation.identity.headers)
            except ConnectionError:
                invocation.client_left = True
                service.log.write("platform", f"{invocation.request_id} ran on after its client had left")
            # A function that is late runs on, and its environment stays busy.

    return respond


async def _answer(invocation: Invocation, service: LambdaService, failed: Reply) -> Reply:
    try:
        head = await invocation.head()
        payload = await invocation.payload()
        if head.has_prelude:
            raise BadAnswer(
                "Expected a buffered response, got a streamed one with a prelude; use a front end that "
                "streams, or AWS_LWA_INVOKE_MODE=buffered"
            )
        return parse_answer(payload)
    except (InvocationFailed, BadAnswer) as failure:
        service.log.write("platform", f"{invocation.request_id} answered with {failed.status}: {failure}")
        return failed


def parse_answer(payload: bytes) -> Reply:
    try:
        document = json.loads(payload)
    except ValueError as error:
        raise BadAnswer(f"Expected JSON, got {payload[:200]!r}; return an HTTP answer as JSON") from error
    if not isinstance(document, dict) or "statusCode" not in document:
        return Reply(200, payload)
    try:
        status = int(document["statusCode"])
        body = str(document.get("body") or "").encode()
        if document.get("isBase64Encoded"):
            body = base64.b64decode(body, validate=True)
        given = flat_headers(document.get("headers") or {})
        cookies = flat_headers({"set-cookie": document.get("cookies") or []})
    except (TypeError, ValueError, AttributeError, binascii.Error) as error:
        raise BadAnswer(f"Expected an HTTP answer, got {payload[:200]!r}: {error}") from error
    if not 200 <= status <= 599:
        raise BadAnswer(f"Expected a status code from 200 to 599, got {status!r}")
    headers = [header for header in given if header[0] not in DROPPED | {"connection", "content-length"}]
    if not any(name == "content-type" for name, _ in headers):
        headers.append(("content-type", "application/json"))
    return Reply(status, body, (*headers, *cookies))
