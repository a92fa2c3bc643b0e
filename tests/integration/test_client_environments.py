"""Library, command and doctor where the environment or an answer makes it hard for them.

Consoles are in test_client_consoles.py, arguments in test_client_arguments.py.
"""

from __future__ import annotations

import asyncio
import email.utils
import json
import os
import socket
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import certifi
import pytest

from client import (
    Complete,
    ConnectionFailed,
    EnvironmentUnusable,
    Event,
    HttpError,
    MalformedStream,
    Retries,
    astream,
    stream,
)
from client.__main__ import main
from tests.support.raw_server import Part, recording, serving, sse_head
from tools.assembly import SynthesizedFunction
from tools.local import running

ROOT = Path(__file__).parents[2]
STARTING = b'data: {"status": "starting", "id": "s1"}\n\n'
COMPLETE = b'data: {"status": "complete"}\n\n'
ANSWER = [sse_head(), STARTING, b'data: {"chunk": "text"}\n\n', COMPLETE]
# Neither name leads anywhere: what asks for them has to fail before, or to go through a proxy.
PLAIN, SECURE = "http://service.example/", "https://service.example/"
DEEP = b"[" * 200_000
CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE")


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.lower().endswith("_proxy") or name in CERTIFICATES:
            monkeypatch.delenv(name)


@pytest.fixture
def dead_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _read(url: str) -> list[Event]:
    return list(stream(url, "hi", retries=Retries(limit=0)))


def _read_async(url: str) -> list[Event]:
    async def read() -> list[Event]:
        return [event async for event in astream(url, "hi", retries=Retries(limit=0))]

    return asyncio.run(read())


UNUSABLE = [
    ("ALL_PROXY", "socks5://127.0.0.1:9", PLAIN),
    ("all_proxy", "socks5h://127.0.0.1:9", SECURE),
    ("ALL_PROXY", "socks4://127.0.0.1:9", PLAIN),
    ("HTTPS_PROXY", "socks://127.0.0.1:9", SECURE),
    ("HTTP_PROXY", "ftp://127.0.0.1:9", PLAIN),
    ("https_proxy", "file:///etc/proxy", SECURE),
    ("HTTP_PROXY", "http://127.0.0.1:port", PLAIN),
    ("HTTP_PROXY", "127.0.0.1:99999", PLAIN),
    ("HTTP_PROXY", "http://", PLAIN),
    ("HTTP_PROXY", "://", PLAIN),
    ("HTTP_PROXY", "http://[::1", PLAIN),
    ("HTTP_PROXY", "http://a..b:9", PLAIN),
    ("HTTP_PROXY", "http://127.0.0.1:9\n", PLAIN),
    ("HTTP_PROXY", "http://h\udcff:9", PLAIN),
    ("HTTP_PROXY", "http://me:SECRET@127.0.0.1:port", PLAIN),
    ("SSL_CERT_FILE", "/missing/file.pem", SECURE),
    ("SSL_CERT_FILE", __file__, SECURE),
    ("SSL_CERT_FILE", os.devnull, SECURE),
    ("SSL_CERT_FILE", str(ROOT), SECURE),
    ("SSL_CERT_DIR", "/missing/folder", SECURE),
    ("SSL_CERT_DIR", __file__, SECURE),
    ("SSLKEYLOGFILE", "/missing/folder/keys", SECURE),
    ("SSLKEYLOGFILE", str(ROOT), SECURE),
]
unusable = pytest.mark.parametrize(
    ("variable", "value", "url"), [pytest.param(*case, id=f"{case[0]}={case[1]!a}") for case in UNUSABLE]
)


@unusable
@pytest.mark.parametrize("read", [_read, _read_async])
def test_library_names_the_variable_that_cannot_be_used(
    read: Callable[[str], list[Event]], variable: str, value: str, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(EnvironmentUnusable, match=f"correct or unset {variable}") as raised:
        read(url)
    assert (raised.value.variable, raised.value.code) == (variable, "environment")


@unusable
def test_command_and_doctor_say_it_in_a_sentence(
    variable: str, value: str, url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(variable, value)
    assert main([url, "hi"]) == 1
    command = capsys.readouterr()
    assert main(["doctor", url]) == 1
    doctor = capsys.readouterr()
    (sentence,) = command.err.splitlines()
    *_, verdict, change = doctor.out.splitlines()
    assert sentence == verdict
    assert sentence.startswith("Expected ")
    assert sentence.endswith(f": correct or unset {variable}.")
    assert change == "Change: Correct or unset the variable."
    assert "SECRET" not in sentence
    assert (command.out, doctor.err) == ("", "")


def test_certificates_of_a_proxy_are_checked_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "https://127.0.0.1:9")
    monkeypatch.setenv("SSL_CERT_FILE", "/missing/file.pem")
    with pytest.raises(EnvironmentUnusable, match="SSL_CERT_FILE"):
        _read(PLAIN)


def test_key_log_is_to_blame_where_the_certificates_are_good(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", certifi.where())
    monkeypatch.setenv("SSLKEYLOGFILE", "/missing/folder/keys")
    with pytest.raises(EnvironmentUnusable, match="correct or unset SSLKEYLOGFILE"):
        _read(SECURE)


@unusable
def test_loopback_needs_none_of_them(
    variable: str, value: str, url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(variable, value)
    with serving(ANSWER) as server:
        assert _read_async(server)[-1] == Complete()
        assert main([server, "hi"]) == 0
        assert main(["doctor", server]) == 1
    assert "Unclear: " in capsys.readouterr().out


def test_error_of_the_environment_is_a_line_of_json_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "ftp://127.0.0.1")
    assert main([PLAIN, "hi", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["code"] == "environment"


def test_proxy_is_used_where_it_can_be(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    with recording(ANSWER) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url.replace("http://", "me:SECRET@"))
        monkeypatch.setenv("NO_PROXY", "[::1],10.0.0.0/8")
        assert main([PLAIN, "hi"]) == 0
    assert capsys.readouterr().out == "text\n"
    (request,) = proxy.requests
    assert request.target == "http://service.example/stream"
    assert request.headers["proxy-authorization"].startswith("Basic ")


@pytest.mark.parametrize("url", [PLAIN, SECURE])
def test_proxy_that_nobody_runs_is_named(
    url: str, dead_port: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ALL_PROXY", f"http://me:SECRET@127.0.0.1:{dead_port}")
    named = f"http://127.0.0.1:{dead_port} (ALL_PROXY)"
    with pytest.raises(ConnectionFailed, match=r"The connection to service\.example") as raised:
        _read(url)
    assert f"through the proxy {named} failed" in str(raised.value)
    assert main(["doctor", url]) == 1
    printed = capsys.readouterr().out
    assert f"The proxy {named} accepts no connections" in printed
    assert "Change: Correct the variable, or let NO_PROXY name service.example" in printed
    assert "SECRET" not in printed + str(raised.value)


@pytest.mark.parametrize(
    ("answer", "error", "verdict"),
    [
        (
            [b"HTTP/1.1 403 Forbidden\r\n\r\n"],
            "403 Forbidden",
            "opens no connection to service.example (403 Forbidden)",
        ),
        ([b"HTTP/1.1 407 Log in\r\n\r\n"], "407 Log in", "opens no connection to service.example (407 Log in)"),
        ([], "disconnected", "hung up before it answered"),
    ],
)
def test_proxy_that_refuses_a_tunnel_is_named(
    answer: list[Part], error: str, verdict: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with recording(answer) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        with pytest.raises(ConnectionFailed, match=error) as raised:
            _read(SECURE)
        assert main(["doctor", SECURE]) == 1
    assert {request.method for request in proxy.requests} == {"CONNECT"}
    printed = capsys.readouterr().out
    assert verdict in printed
    for text in (str(raised.value), printed):
        assert f"{proxy.url} (HTTPS_PROXY)" in text


@pytest.mark.parametrize(
    ("status", "sender", "verdict"),
    [
        ("407 Log in", "The proxy {} answered 407", "the proxy {} requires a login"),
        (
            "503 Busy",
            "The service, or the proxy {} in front of it, answered 503",
            "or from the proxy {} in front of it",
        ),
        ("403 No", "The service, or the proxy {} in front of it, answered 403", "or from the proxy {} in front of it"),
    ],
)
def test_proxy_that_answers_itself_is_named(
    status: str, sender: str, verdict: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving([sse_head(status, "text/html"), b"<title>Squid</title>"]) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy)
        with pytest.raises(HttpError) as raised:
            _read(PLAIN)
        assert main(["doctor", PLAIN]) == 1
    named = f"{proxy} (HTTP_PROXY)"
    assert str(raised.value).startswith(sender.format(named))
    assert verdict.format(named) in capsys.readouterr().out


def test_readiness_of_the_local_bundle_is_asked_without_a_proxy(
    dead_port: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    run_sh = tmp_path / "run.sh"
    run_sh.write_text('#!/bin/sh\nexec "$1" -m http.server "$AWS_LWA_PORT" --bind 127.0.0.1 2>/dev/null\n')
    run_sh.chmod(0o755)
    for name in ("HTTP_PROXY", "http_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{dead_port}")
    environment = {"AWS_LAMBDA_EXEC_WRAPPER": "/var/task/run.sh", "AWS_LWA_READINESS_CHECK_PATH": "/"}
    with running(SynthesizedFunction(tmp_path, "app", environment, 30, 128)) as url:
        assert url.startswith("http://127.0.0.1:")


@pytest.mark.parametrize("head", [sse_head(), sse_head("500 Oh no", "application/json")])
def test_json_that_is_too_deep_is_an_error_like_any_other(head: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    body = DEEP if b"500" in head else b"data: " + DEEP + b"\n\n"
    with serving([head, body]) as url:
        for read in (_read, _read_async):
            with pytest.raises((MalformedStream, HttpError)):
                read(url)
        assert main([url, "hi"]) == 1
        assert main(["doctor", url]) == 1
    assert "Change: " in capsys.readouterr().out


def test_date_to_come_back_at_is_seconds_for_the_doctor(capsys: pytest.CaptureFixture[str]) -> None:
    in_an_hour = email.utils.format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    for value, again in ((in_an_hour, "after 3"), ("soon", "later;"), ("9" * 400, "later;"), ("7", "after 7 s;")):
        with serving([sse_head("503 Busy", "application/json", f"retry-after: {value}"), b"{}"]) as url:
            assert main(["doctor", url]) == 1
        assert f"Change: Try again {again}" in capsys.readouterr().out


def test_password_of_a_url_is_not_printed(dead_port: int, capsys: pytest.CaptureFixture[str]) -> None:
    url = f"http://me:SECRET@127.0.0.1:{dead_port}/stream?signature=SECRET"
    assert main([url, "hi", "--retries", "0"]) == 1
    assert main(["doctor", url]) == 1
    printed = "".join(capsys.readouterr())
    assert f"127.0.0.1:{dead_port}" in printed
    assert "SECRET" not in printed
