"""The service, or something in front of it, answered with another status than 200."""

from __future__ import annotations

from http import HTTPStatus

from . import front
from .facts import Facts
from .forbidden import forbidden
from .verdict import Verdict


def refusal(facts: Facts) -> Verdict:
    what = f"The answer is {_reason(facts)}"
    match facts.status:
        case HTTPStatus.UNAUTHORIZED | HTTPStatus.FORBIDDEN:
            return forbidden(facts, what)
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


def _not_found(facts: Facts, what: str) -> Verdict:
    if front.is_http_api(facts):
        return Verdict(
            f"{what}: an HTTP API is in front; it never streams, so it has no route for a stream.",
            "Call the function URL or the REST API (ResponseTransferMode STREAM) instead.",
        )
    return Verdict(f"{what}: nothing is served at this path.", "Give the URL of the stream, which ends in /stream.")


def _busy(facts: Facts, what: str) -> Verdict:
    wait = facts.headers.get("retry-after")
    return Verdict(
        f"{what}: too busy.",
        f"Try again {f'after {wait} s' if wait else 'later'}; if it stays, raise the throttle or the concurrency.",
    )


def _server_error(facts: Facts, what: str) -> Verdict:
    proxy = front.proxy(facts)
    if facts.media_type == "text/html" and proxy is not None:
        return Verdict(
            f"{what}: that is a page of a proxy ({proxy}), not of the service.",
            "Look whether the proxy reaches the service behind it.",
        )
    if front.is_api_gateway(facts) or front.is_function_url(facts):
        return Verdict(
            f"{what}: the function failed, or answered in a form that its front does not understand.",
            "Read the function's log, and check that the adapter's mode fits the front (response_stream for a function "
            "URL or a streaming REST API, buffered for an HTTP API).",
        )
    return Verdict(f"{what}: the service failed.", "Read the service's log.")
