"""A request as the event of each front end.

https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-payloads
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
"""

from __future__ import annotations

import base64
import secrets
import time
import uuid
from collections.abc import Callable, Iterable
from urllib.parse import parse_qsl, unquote

from ..function import Function
from ..http11 import Exchange
from ..invocation import Identity

Event = dict[str, object]
EventBuilder = Callable[[Exchange, bytes, Function, Identity], Event]

URL_ID = "emulated0url0id"
API_ID = "emulated01"
SOURCE_IP = "127.0.0.1"

_HOP_BY_HOP = frozenset(
    {"connection", "expect", "host", "keep-alive", "proxy-connection", "te", "transfer-encoding", "upgrade"}
)
_TEXT_TYPES = ("text/", "application/json", "application/javascript", "application/xml")


def function_url_event(exchange: Exchange, body: bytes, function: Function, identity: Identity) -> Event:
    domain = f"{URL_ID}.lambda-url.{function.region}.on.aws"
    tls = {"x-amzn-tls-version": "TLSv1.3", "x-amzn-tls-cipher-suite": "TLS_AES_128_GCM_SHA256"}
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": exchange.path,  # as received, while requestContext.http.path is decoded
        "rawQueryString": exchange.query,
        "headers": _headers(exchange, domain, identity) | tls,
        **_cookies(exchange),
        **_query(exchange),
        "requestContext": {
            "accountId": "anonymous",
            "apiId": URL_ID,
            "domainPrefix": URL_ID,
            "requestId": identity.request_id,
            **_context(exchange, domain, unquote(exchange.path)),
        },
        **_body(exchange, body),
    }


def http_api_event(exchange: Exchange, body: bytes, function: Function, identity: Identity) -> Event:
    domain = f"{API_ID}.execute-api.{function.region}.amazonaws.com"
    path = unquote(exchange.path).partition("?")[0]  # decoded, so that an encoded `?` truncates it
    headers = _headers(exchange, domain, identity)
    headers.pop("cookie", None)
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": exchange.query,
        "headers": headers,
        **_cookies(exchange),
        **_query(exchange),
        "requestContext": {
            "accountId": function.account,
            "apiId": API_ID,
            "domainPrefix": API_ID,
            "requestId": base64.b64encode(secrets.token_bytes(11)).decode(),
            **_context(exchange, domain, path),
        },
        **_body(exchange, body),
    }


def rest_api_event(exchange: Exchange, body: bytes, function: Function, identity: Identity) -> Event:
    """Payload 1.0 of a `/{proxy+}` resource, without binary media types: the body is always text."""
    domain = f"{API_ID}.execute-api.{function.region}.amazonaws.com"
    headers = [(name, value) for name, value in exchange.headers if name not in _HOP_BY_HOP]
    headers += _forwarded(domain, identity).items()
    query = parse_qsl(exchange.query, keep_blank_values=True)
    now = time.time()
    return {
        "resource": "/{proxy+}",
        "path": exchange.path,
        "httpMethod": exchange.method,
        "headers": dict(headers),
        "multiValueHeaders": _grouped(headers),
        "queryStringParameters": dict(query) or None,
        "multiValueQueryStringParameters": _grouped(query) or None,
        "pathParameters": {"proxy": exchange.path.removeprefix("/")},
        "stageVariables": None,
        "requestContext": {
            "accountId": function.account,
            "apiId": API_ID,
            "domainName": domain,
            "domainPrefix": API_ID,
            "extendedRequestId": base64.b64encode(secrets.token_bytes(11)).decode(),
            "httpMethod": exchange.method,
            "identity": {"sourceIp": SOURCE_IP, "userAgent": exchange.header("user-agent") or ""},
            "path": f"/prod{exchange.path}",
            "protocol": "HTTP/1.1",
            "requestId": str(uuid.uuid4()),
            "requestTime": _timestamp(now),
            "requestTimeEpoch": int(now * 1000),
            "resourceId": "proxy0",
            "resourcePath": "/{proxy+}",
            "stage": "prod",
        },
        "body": body.decode(errors="replace") if body else None,
        "isBase64Encoded": False,
    }


def _context(exchange: Exchange, domain: str, path: str) -> Event:
    now = time.time()
    return {
        "domainName": domain,
        "http": {
            "method": exchange.method,
            "path": path,
            "protocol": "HTTP/1.1",
            "sourceIp": SOURCE_IP,
            "userAgent": exchange.header("user-agent") or "",
        },
        "routeKey": "$default",
        "stage": "$default",
        "time": _timestamp(now),
        "timeEpoch": int(now * 1000),
    }


def _headers(exchange: Exchange, domain: str, identity: Identity) -> dict[str, str]:
    grouped = _grouped((name, value) for name, value in exchange.headers if name not in _HOP_BY_HOP)
    return {name: ",".join(values) for name, values in grouped.items()} | _forwarded(domain, identity)


def _forwarded(domain: str, identity: Identity) -> dict[str, str]:
    return {
        "host": domain,
        "x-amzn-trace-id": identity.trace_root,
        "x-forwarded-for": SOURCE_IP,
        "x-forwarded-port": "443",
        "x-forwarded-proto": "https",
    }


def _cookies(exchange: Exchange) -> Event:
    cookies = [cookie for name, value in exchange.headers if name == "cookie" for cookie in value.split("; ")]
    return {"cookies": cookies} if cookies else {}


def _query(exchange: Exchange) -> Event:
    grouped = _grouped(parse_qsl(exchange.query, keep_blank_values=True))
    joined = {name: ",".join(values) for name, values in grouped.items()}
    return {"queryStringParameters": joined} if joined else {}


def _body(exchange: Exchange, body: bytes) -> Event:
    """Everything but a few types of text is base64, also forms and what has no Content-Type."""
    if not body:
        return {"isBase64Encoded": False}
    if (exchange.header("content-type") or "").lower().startswith(_TEXT_TYPES):
        return {"body": body.decode(errors="replace"), "isBase64Encoded": False}
    return {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = {}
    for name, value in pairs:
        grouped.setdefault(name, []).append(value)
    return grouped


def _timestamp(now: float) -> str:
    return time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(now))
