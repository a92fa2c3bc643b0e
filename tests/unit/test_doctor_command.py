from __future__ import annotations

import socket
import ssl

import httpx
import pytest

from client.doctor import Arrival, Facts, Failure, command
from client.doctor.probe import failure_of

STARTING = b'data: {"status": "starting", "id": "s1"}\n\n'
CHUNK = b'data: {"chunk": "x"}\n\n'
COMPLETE = b'data: {"status": "complete"}\n\n'


def _paced(start: float) -> Facts:
    body = [STARTING, *[CHUNK] * 12, COMPLETE]
    return Facts(
        "http://127.0.0.1/stream",
        status=200,
        headers=httpx.Headers({"content-type": "text/event-stream"}),
        arrivals=tuple(Arrival(start + 0.05 * number, data) for number, data in enumerate(body)),
    )


@pytest.mark.parametrize(("starts", "code", "left"), [((10.0, 0.1), 0, 0), ((10.0, 10.0), 1, 0), ((0.1, 0.1), 0, 1)])
def test_wait_that_may_be_a_cold_start_is_measured_a_second_time(
    starts: tuple[float, ...],
    code: int,
    left: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    measurements = [_paced(start) for start in starts]
    monkeypatch.setattr(command, "observe", lambda *_, **__: measurements.pop(0))
    assert command.main(["http://127.0.0.1"]) == code
    assert len(measurements) == left
    assert ("Measuring again" in capsys.readouterr().out) == (left == 0)


@pytest.mark.parametrize(
    ("cause", "failure"),
    [
        (ssl.SSLCertVerificationError(), Failure.TLS),
        (socket.gaierror(), Failure.UNKNOWN_HOST),
        (ConnectionRefusedError(), Failure.UNREACHABLE),
        (None, Failure.UNREACHABLE),
    ],
)
def test_failed_connection_is_named_by_what_the_socket_said(cause: Exception | None, failure: Failure) -> None:
    middle = OSError("in between")
    middle.__context__ = cause
    error = httpx.ConnectError("failed")
    error.__cause__ = middle
    assert failure_of(error) is failure


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (httpx.ConnectTimeout(""), Failure.CONNECT_TIMEOUT),
        (httpx.ReadTimeout(""), Failure.SILENT),
        (httpx.ProxyError(""), Failure.PROXY),
        (httpx.DecodingError(""), Failure.UNREADABLE),
        (httpx.RemoteProtocolError(""), Failure.HUNG_UP),
        (httpx.ReadError(""), Failure.HUNG_UP),
    ],
)
def test_failed_request_is_named(error: httpx.HTTPError, failure: Failure) -> None:
    assert failure_of(error) is failure
