"""Streams from the service over HTTP."""

from __future__ import annotations

import re
from collections.abc import Generator

import httpx
import httpx_sse

from .errors import ConnectionFailed, HttpError, MalformedStream, TruncatedStream
from .events import Event
from .reader import EventReader
from .request import body, endpoint, headers

_SERVICES = {"lambda-url": "lambda", "execute-api": "execute-api"}
_SIGNED_HOST = re.compile(
    r"\.(?P<kind>lambda-url|execute-api)\.(?P<region>[a-z0-9-]+)\.(on\.aws|amazonaws\.com(\.cn)?)$"
)
# Between two reads; a service in good health sends a heartbeat every 10 s.
_TIMEOUT = httpx.Timeout(30, connect=10)


def stream(url: str, prompt: str) -> Generator[Event, None, None]:
    """Yields the events, the last of which is Complete; raises a StreamError for every other end.

    `url` is the endpoint, or the service's root. Requests to a function URL or to API Gateway are signed. Closing the
    generator, which `contextlib.closing` does on every way out, closes the connection.
    """
    target = endpoint(url)
    content = body(prompt)
    try:
        with (
            # Loading the certificates of all the world takes longer than a local service's first byte.
            httpx.Client(timeout=_TIMEOUT, auth=auth_for(target), verify=target.startswith("https:")) as client,
            httpx_sse.connect_sse(client, "POST", target, content=content, headers=headers(content)) as source,
        ):
            yield from _events(source)
    except httpx.HTTPError as error:
        raise ConnectionFailed(f"The connection to {target} failed: {error}") from error


def _events(source: httpx_sse.EventSource) -> Generator[Event, None, None]:
    if source.response.status_code != httpx.codes.OK:
        source.response.read()
        raise _http_error(source.response)
    reader = EventReader()
    try:
        for event in source.iter_sse():
            if (typed := reader.read(event.data)) is not None:
                yield typed
    except httpx_sse.SSEError as error:
        raise MalformedStream(f"Expected a stream of events: {error}", stream_id=reader.stream_id) from error
    except httpx.HTTPError as error:
        raise TruncatedStream(stream_id=reader.stream_id) from error
    reader.finish()


def _http_error(response: httpx.Response) -> HttpError:
    try:
        problem = response.json()
    except ValueError:
        problem = None
    if not isinstance(problem, dict):
        return HttpError(response.status_code, response.text[:500] or response.reason_phrase)
    # API Gateway and function URLs say `message` or `Message` where a problem document says `detail`.
    detail = problem.get("detail") or problem.get("message") or problem.get("Message") or response.reason_phrase
    return HttpError(response.status_code, str(detail), code=problem.get("code"), stream_id=problem.get("id"))


def auth_for(target: str) -> httpx.Auth | None:
    """Only AWS's own hosts ask for a signature."""
    found = _SIGNED_HOST.search(httpx.URL(target).host)
    if found is None:
        return None
    from .sigv4 import AwsAuth  # botocore takes a third of a second to import, which a local service needs not wait for

    return AwsAuth(_SERVICES[found["kind"]], found["region"])
