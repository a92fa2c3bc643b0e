"""The verdict on an answer whose status is not 200: who refused, and what to change."""

from __future__ import annotations

import math
from http import HTTPStatus

from ..retrying import retry_after_seconds
from . import layers
from .facts import Facts, Verdict

_URL_PERMISSIONS = "lambda:InvokeFunctionUrl and lambda:InvokeFunction (both, since October 2025)"
# What proxies answer for a host that they do not reach, or do not allow.
_OF_PROXIES = (
    HTTPStatus.FORBIDDEN,
    HTTPStatus.PROXY_AUTHENTICATION_REQUIRED,
    HTTPStatus.BAD_GATEWAY,
    HTTPStatus.SERVICE_UNAVAILABLE,
    HTTPStatus.GATEWAY_TIMEOUT,
)
_GIVE_TOKEN = "Give one that it accepts (--header 'authorization: ...')."


def refusal(facts: Facts) -> Verdict:
    what = f"The answer is {_reason(facts)}"
    if facts.proxy and _can_be_of_proxy(facts):
        return _by_proxy(facts.proxy, facts, what)
    match facts.status:
        case HTTPStatus.UNAUTHORIZED | HTTPStatus.FORBIDDEN:
            return _forbidden(facts, what)
        case HTTPStatus.NOT_FOUND:
            return _not_found(facts, what)
        case HTTPStatus.TOO_MANY_REQUESTS | HTTPStatus.SERVICE_UNAVAILABLE:
            return _busy(facts, what)
        case HTTPStatus.GATEWAY_TIMEOUT:
            what, change = (
                f"{what}: a layer in front gave up waiting.",
                "Call an endpoint that streams; an HTTP API and a buffered REST API give up after about 30 s.",
            )
        case int(status) if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return _server_error(facts, what)
        case int(status) if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
            target = facts.headers.get("location", "where it leads")
            what, change = f"{what}, a redirect.", f"Call {target} itself."
        case _:
            what, change = f"{what}, so nothing was streamed.", "Correct the request as the message says."
    return Verdict(what, change)


def _reason(facts: Facts) -> str:
    said = facts.message or (_title(facts) if facts.media_type == "text/html" else "")
    return f"{facts.status}" + (f" ({said[:200]})" if said else "")


def _title(facts: Facts) -> str:
    page = facts.body[:4096].decode(errors="replace")
    return page.partition("<title>")[2].partition("</title>")[0].strip() or "a page of HTML"


def _can_be_of_proxy(facts: Facts) -> bool:
    """Whether a proxy may have answered itself: over http, where no layer of AWS shows that it did not."""
    shown = layers.is_api_gateway(facts) or layers.is_function_url(facts) or layers.is_cloudfront(facts)
    return facts.url.startswith("http:") and not shown and facts.status in _OF_PROXIES


def _by_proxy(proxy: str, facts: Facts, what: str) -> Verdict:
    if facts.status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
        return Verdict(
            f"{what}: the proxy {proxy} requires a login.", "Put it into the variable: http://USER:PASSWORD@..."
        )
    return Verdict(
        f"{what}: it comes from the service or from the proxy {proxy} in front of it.",
        "Measure again with NO_PROXY naming this host; if that cannot reach it, have the host allowed at the proxy.",
    )


def _not_found(facts: Facts, what: str) -> Verdict:
    if layers.is_http_api(facts):
        return Verdict(
            f"{what}: an HTTP API is in front; it never streams, so it has no route for a stream.",
            "Call the function URL or the REST API (ResponseTransferMode STREAM) instead.",
        )
    return Verdict(f"{what}: nothing is served at this path.", "Give the URL of the stream, which ends in /stream.")


def _busy(facts: Facts, what: str) -> Verdict:
    wait = retry_after_seconds(facts.headers.get("retry-after"))
    again = f"after {wait:.0f} s" if wait and wait < math.inf else "later"
    return Verdict(
        f"{what}: too busy.",
        f"Try again {again}; if it stays, raise the throttle or the concurrency.",
    )


def _server_error(facts: Facts, what: str) -> Verdict:
    proxy = layers.named_proxy(facts)
    if facts.media_type == "text/html" and proxy is not None:
        return Verdict(
            f"{what}: that is a page of a proxy ({proxy}), not of the service.",
            "Look whether the proxy reaches the service behind it.",
        )
    if layers.is_api_gateway(facts) or layers.is_function_url(facts):
        return Verdict(
            f"{what}: the function failed, or answered in a form that its endpoint does not understand.",
            "Read the function's log, and check that the adapter's mode fits the endpoint (response_stream for a "
            "function URL or a streaming REST API, buffered for an HTTP API).",
        )
    return Verdict(f"{what}: the service failed.", "Read the service's log.")


def _forbidden(facts: Facts, what: str) -> Verdict:
    """401 and 403: the permission or the signature that is missing."""
    said = facts.message.lower()
    if "token" in said and ("expired" in said or "invalid" in said):
        return Verdict(f"{what}: the credentials are not valid any more.", "Log in again, or choose another profile.")
    if "signature" in said:
        return _by_signature(facts, what)
    if layers.is_api_gateway(facts):
        return _by_api_gateway(facts, what)
    if layers.is_cloudfront(facts):
        return _by_cloudfront(facts, what)
    if layers.is_function_url(facts):
        who = "the caller" if facts.signed else "a caller who does not sign (for the service lambda)"
        return Verdict(
            f"{what}: the function URL does not allow {who} to invoke it.",
            f"Allow the caller {_URL_PERMISSIONS} on the function's alias, as the stack's InvokerRole has it.",
        )
    return Verdict(f"{what}: the service requires a token.", _GIVE_TOKEN)


def _by_signature(facts: Facts, what: str) -> Verdict:
    if layers.is_cloudfront(facts):
        return Verdict(
            f"{what}: the hash of the body that CloudFront signed is not the hash of the body that arrived.",
            "Send x-amz-content-sha256, the SHA-256 of the body, on every POST, as this client does, and let nothing "
            "on the way drop that header or change the body.",
        )
    return Verdict(
        f"{what}: the signature is for another request, key, region or service.",
        "Check secret key, clock, region and service; nothing on the way may change host, path or body.",
    )


def _by_api_gateway(facts: Facts, what: str) -> Verdict:
    if facts.status == HTTPStatus.UNAUTHORIZED:
        return Verdict(f"{what}: the API's authorizer wants a token.", _GIVE_TOKEN)
    if not facts.signed:
        return Verdict(
            f"{what}: the request was not signed, or API Gateway knows no such stage and path.",
            "Sign it for execute-api, as a caller that may do execute-api:Invoke, and check the path (/STAGE/stream).",
        )
    if "missing authentication token" in facts.message.lower():
        return Verdict(
            f"{what}: the request was signed, so API Gateway knows no such stage, path or method.",
            "Check the path (/STAGE/stream); the caller also needs execute-api:Invoke on it.",
        )
    return Verdict(
        f"{what}: API Gateway does not allow the caller to invoke it.",
        "Allow the caller execute-api:Invoke on this stage, method and path; look at the API's resource policy and at "
        "its web ACL too.",
    )


def _by_cloudfront(facts: Facts, what: str) -> Verdict:
    if facts.media_type == "text/html":
        return Verdict(
            f"{what}: CloudFront itself refused, by a web ACL, a geographic restriction or a method it does not allow.",
            "Look at the web ACL's sampled requests and at the behaviour's allowed methods.",
        )
    return Verdict(
        f"{what}: the function URL behind CloudFront refused what the origin access control signed.",
        f"Allow cloudfront.amazonaws.com {_URL_PERMISSIONS}, for this distribution's ARN, on the URL's alias; where "
        "only POST fails, the request loses its x-amz-content-sha256 before CloudFront signs it.",
    )
