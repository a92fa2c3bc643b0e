"""Sends one request and notes what comes, and when. The only part of the doctor that opens a socket."""

from __future__ import annotations

import contextlib
import socket
import ssl
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping

import httpx

from ..errors import ConnectionFailed
from ..http import auth_for
from ..request import body, endpoint, headers
from .facts import Arrival, Facts, Failure

# A function that answers whole may take until the limit of what is in front of it.
SILENCE_SECONDS = 60.0
_CONNECT_SECONDS = 10.0


def observe(
    url: str,
    prompt: str,
    *,
    extra_headers: Mapping[str, str] | None = None,
    silence_seconds: float = SILENCE_SECONDS,
    clock: Callable[[], float] = time.monotonic,
) -> Facts:
    target = endpoint(url)
    observation = _Observation(target, clock)
    content = body(prompt)
    try:
        auth = auth_for(target)
        observation.signed = auth is not None
        with (
            httpx.Client(
                timeout=httpx.Timeout(silence_seconds, connect=_CONNECT_SECONDS),
                auth=auth,
                verify=target.startswith("https:"),
            ) as client,
            observation.started(),
            client.stream(
                "POST", target, content=content, headers={**headers(content), **(extra_headers or {})}
            ) as response,
        ):
            observation.watch(response)
    except ConnectionFailed as error:
        return observation.facts(Failure.UNSIGNED, str(error))
    except httpx.HTTPError as error:
        return observation.facts(failure_of(error), str(error))
    return observation.facts()


class _Observation:
    def __init__(self, url: str, clock: Callable[[], float]) -> None:
        self._url = url
        self._clock = clock
        self._started = 0.0
        self._response: httpx.Response | None = None
        self._head_seconds = 0.0
        self._arrivals: list[Arrival] = []
        self.signed = False

    @contextlib.contextmanager
    def started(self) -> Iterator[None]:
        """What came before, such as loading certificates and credentials, is not the service's time."""
        self._started = self._clock()
        yield

    def watch(self, response: httpx.Response) -> None:
        self._response = response
        self._head_seconds = self._elapsed()
        for data in response.iter_bytes():
            self._arrivals.append(Arrival(self._elapsed(), data))

    def facts(self, failure: Failure | None = None, detail: str = "") -> Facts:
        response = self._response
        return Facts(
            url=self._url,
            signed=self.signed,
            proxy=environment_proxy(self._url),
            status=response.status_code if response else None,
            headers=response.headers if response else httpx.Headers(),
            head_seconds=self._head_seconds,
            arrivals=tuple(self._arrivals),
            failure=failure,
            detail=detail,
        )

    def _elapsed(self) -> float:
        return self._clock() - self._started


def failure_of(error: httpx.HTTPError) -> Failure:
    match error:
        case httpx.ConnectTimeout():
            return Failure.CONNECT_TIMEOUT
        case httpx.TimeoutException():
            return Failure.SILENT
        case httpx.DecodingError():
            return Failure.UNREADABLE
        case httpx.ConnectError():
            return _failure_to_connect(error)
    return Failure.HUNG_UP


def _failure_to_connect(error: BaseException | None) -> Failure:
    """httpx and httpcore say ConnectError for all of them; what the socket said is further down the chain."""
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return Failure.TLS
        if isinstance(error, socket.gaierror):
            return Failure.UNKNOWN_HOST
        error = error.__cause__ or error.__context__
    return Failure.UNREACHABLE


def environment_proxy(url: str) -> str | None:
    parsed = httpx.URL(url)
    if urllib.request.proxy_bypass(parsed.host):
        return None
    proxies = urllib.request.getproxies()
    return proxies.get(parsed.scheme) or proxies.get("all")
