"""Sends one request and records what arrives, and when. No other part of the doctor opens a socket."""

from __future__ import annotations

import contextlib
import socket
import ssl
import time
from collections.abc import Callable

import httpx

from ..call import Call
from ..environment import certificates_variable, client_options, find_proxy
from ..errors import EnvironmentUnusable, SigningFailed
from ..request import build_request
from ..signing import signer_for
from .facts import Arrival, Facts, Failure


def observe(call: Call, *, clock: Callable[[], float] = time.monotonic) -> Facts:
    request = build_request(call)
    sign = signer_for(request, call.signing)
    observation = _Observation(request, signed=sign is not None, clock=clock)
    try:
        if sign is not None:
            sign(request)
        with httpx.Client(**client_options(request.url)) as client:
            observation.watch(client)
    except EnvironmentUnusable as error:
        return observation.facts(Failure.ENVIRONMENT, str(error))
    except SigningFailed as error:
        return observation.facts(Failure.UNSIGNED, str(error))
    except httpx.HTTPError as error:
        return observation.facts(failure_of(error), str(error))
    return observation.facts()


class _Observation:
    def __init__(self, request: httpx.Request, *, signed: bool, clock: Callable[[], float]) -> None:
        self._request = request
        self._signed = signed
        self._clock = clock
        self._response: httpx.Response | None = None
        self._head_seconds = 0.0
        self._arrivals: list[Arrival] = []

    def watch(self, client: httpx.Client) -> None:
        # The clock starts after certificates and credentials are loaded, which is not the service's time.
        started = self._clock()
        with contextlib.closing(client.send(self._request, stream=True)) as self._response:
            self._head_seconds = self._clock() - started
            for data in self._response.iter_bytes():
                self._arrivals.append(Arrival(self._clock() - started, data))

    def facts(self, failure: Failure | None = None, detail: str = "") -> Facts:
        response = self._response
        proxy = find_proxy(self._request.url)
        return Facts(
            url=str(self._request.url),
            signed=self._signed,
            proxy=str(proxy) if proxy else None,
            certificates=certificates_variable(),
            status=response.status_code if response else None,
            headers=response.headers if response else httpx.Headers(),
            head_seconds=self._head_seconds,
            arrivals=tuple(self._arrivals),
            failure=failure,
            detail=" ".join(detail.split()),
        )


def failure_of(error: httpx.HTTPError) -> Failure:
    match error:
        case httpx.ConnectTimeout():
            return Failure.CONNECT_TIMEOUT
        case httpx.TimeoutException():
            return Failure.SILENT
        case httpx.ProxyError():
            return Failure.PROXY
        case httpx.DecodingError():
            return Failure.UNREADABLE
        case httpx.ConnectError():
            return _failure_to_connect(error)
    return Failure.HUNG_UP


def _failure_to_connect(error: BaseException | None) -> Failure:
    """httpx and httpcore raise ConnectError for all of them; the socket's own error is further down the chain."""
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return Failure.TLS
        if isinstance(error, socket.gaierror):
            return Failure.UNKNOWN_HOST
        error = error.__cause__ or error.__context__
    return Failure.UNREACHABLE
