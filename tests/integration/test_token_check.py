"""The check with a real issuer, which serves its keys over loopback."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from functions.stream.streaming import settings as names
from functions.stream.streaming.app import create_app
from functions.stream.streaming.auth import discovery, issuer_keys
from functions.stream.streaming.auth.discovery import KeysUnavailable, fetch_keys
from functions.stream.streaming.callers import caller_name
from functions.stream.streaming.settings import JwtSettings, Settings
from rehearsal.waiting import wait_until
from rehearsal.wire import read_stream
from tests.support.issuer import AUDIENCE, SCOPE, IssuerServer
from tests.support.json_server import running
from tests.support.logs import JsonLog
from tests.support.raw_server import Part, pause, sse_head
from tests.support.raw_server import serving as serving_bytes
from tests.support.servers import running_function, serving
from tests.support.sources import ScriptedSource


@pytest.fixture
def server() -> Iterator[IssuerServer]:
    with running(IssuerServer()) as server:
        yield server


@pytest.fixture
def url(server: IssuerServer) -> Iterator[str]:
    """Of a service that asks for the issuer's tokens."""
    settings = Settings(jwt=JwtSettings(issuer=server.issuer.url, audience=(AUDIENCE,), scope=SCOPE))
    with serving(create_app(settings, ScriptedSource("some ", "text"))) as address:
        yield address


def post(client: httpx.Client, url: str, token: str | None) -> httpx.Response:
    headers = {} if token is None else {"authorization": f"Bearer {token}"}
    return client.post(f"{url}/stream", json={"input": "a"}, headers=headers)


def test_stream_opens_for_a_token_and_for_nothing_else(server: IssuerServer, url: str, client: httpx.Client) -> None:
    assert read_stream(post(client, url, server.issuer.token()).content).text == "some text"
    assert post(client, url, None).json()["code"] == "token_required"
    assert post(client, url, server.issuer.token(aud="elsewhere")).json()["code"] == "invalid_token"
    assert post(client, url, server.issuer.token(scope="openid")).status_code == 403


@pytest.mark.parametrize("hashed", [False, True])
def test_log_names_whose_token_it_was(
    hashed: bool, server: IssuerServer, client: httpx.Client, json_log: JsonLog
) -> None:
    jwt_settings = JwtSettings(issuer=server.issuer.url, audience=(AUDIENCE,))
    settings = Settings(jwt=jwt_settings, hash_callers=hashed)
    with serving(create_app(settings, ScriptedSource("text"))) as url:
        assert post(client, url, server.issuer.token(sub="someone")).status_code == 200
    (line,) = json_log.find("The answer ended.")
    assert line["caller"] == caller_name(f"{server.issuer.url} someone", hashed=hashed)


def test_keys_are_found_by_discovery_once(server: IssuerServer, url: str, client: httpx.Client) -> None:
    for _ in range(3):
        assert post(client, url, server.issuer.token()).status_code == 200
    assert server.paths == ["/.well-known/openid-configuration", "/keys"]


def test_health_needs_neither_token_nor_issuer(server: IssuerServer, url: str, client: httpx.Client) -> None:
    assert client.get(f"{url}/healthz").status_code == 200
    assert client.post(f"{url}/events").status_code == 200
    assert server.paths == []


def test_issuer_that_is_down_is_a_problem_that_says_when_to_come_back(
    server: IssuerServer, url: str, client: httpx.Client
) -> None:
    server.is_down = True
    response = post(client, url, server.issuer.token())
    assert response.status_code == 503
    assert response.headers["retry-after"] == "5"


def test_fetch_of_the_keys_holds_up_nobody_else(server: IssuerServer, url: str, client: httpx.Client) -> None:
    server.may_answer.clear()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(post, client, url, server.issuer.token())
        wait_until(lambda: bool(server.paths), "the fetch to begin")
        assert httpx.get(f"{url}/healthz", trust_env=False).status_code == 200
        assert not waiting.done()
        server.may_answer.set()
        assert waiting.result(10).status_code == 200


@pytest.mark.parametrize(
    ("discovery", "reason"),
    [
        ({"issuer": "https://elsewhere.example"}, "to describe itself, got 'https://elsewhere.example'"),
        ({"jwks_uri": None}, "by the issuer's own scheme, got 'None'"),
        ({"jwks_uri": "file:///etc/passwd"}, "by the issuer's own scheme, got 'file:///etc/passwd'"),
    ],
)
def test_issuer_that_describes_itself_wrongly_is_not_believed(
    discovery: dict[str, Any], reason: str, server: IssuerServer
) -> None:
    server.discovery |= discovery
    with pytest.raises(KeysUnavailable, match=reason):
        fetch_keys(server.issuer.url)


@pytest.mark.parametrize("configured", [lambda url: url + "/", lambda url: url], ids=["more", "fewer"])
def test_log_shows_both_spellings_of_an_issuer_that_differ_by_a_trailing_slash(
    configured: Callable[[str], str], server: IssuerServer, json_log: JsonLog
) -> None:
    own, spelled = server.issuer.url, configured(server.issuer.url)
    server.discovery["issuer"] = own if spelled != own else own + "/"
    with pytest.raises(KeysUnavailable, match="to describe itself"):
        fetch_keys(spelled)
    (line,) = json_log.lines()
    assert (line["level"], line["configured"], line["discovered"]) == ("WARNING", spelled, server.discovery["issuer"])


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (b"[]", "Expected a JSON object"),
        (b"<html>", "Expecting value"),
        (b"\xff", "decode"),
        (b"", "Expecting value"),
        (b"[" * 200_000, "recursion"),
        (b'{"keys": [' + b" " * 600_000 + b"]}", "Expected at most 524288 bytes"),
        (b"{}", "Expected a list of keys, got NoneType"),
        (b'{"keys": {}}', "Expected a list of keys, got dict"),
        (b'{"keys": []}', "Expected a key that verifies tokens, got 0 others"),
        (b'{"keys": [{"kid": ["r"]}, 7]}', "Expected a key that verifies tokens, got 2 others"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_document_that_is_no_set_of_keys_is_not_believed(document: bytes, reason: str, server: IssuerServer) -> None:
    with serving_bytes([sse_head("200 OK", "application/json") + document]) as location:
        server.discovery["jwks_uri"] = location
        with pytest.raises(KeysUnavailable, match=reason):
            fetch_keys(server.issuer.url)


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
def test_redirect_is_not_followed(status: str, server: IssuerServer) -> None:
    head = sse_head(status, "text/plain", f"location: {server.issuer.url}/keys")
    with serving_bytes([head]) as location:
        server.discovery["jwks_uri"] = location
        with pytest.raises(KeysUnavailable, match=f"got {status[:3]}"):
            fetch_keys(server.issuer.url)
    assert "/keys" not in server.paths


def test_both_documents_have_one_limit_of_time_however_they_drip(
    server: IssuerServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(discovery, "FETCH_SECONDS", 0.5)
    body = json.dumps(server.issuer.jwks).encode()
    drops: list[Part] = [part for byte in body for part in (bytes([byte]), pause(0.02))]
    with serving_bytes([sse_head("200 OK", "application/json"), *drops]) as location:
        server.discovery["jwks_uri"] = location
        with pytest.raises(KeysUnavailable, match=r"Expected an answer from .* within 0.5 s"):
            fetch_keys(server.issuer.url)


def test_request_is_answered_while_the_issuer_hangs(
    server: IssuerServer, url: str, client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The thread that fetches is held for longer than any request waits for it.
    monkeypatch.setattr(discovery, "FETCH_SECONDS", 60)
    monkeypatch.setattr(issuer_keys, "FETCH_SECONDS", 0.5)
    server.may_answer.clear()
    assert post(client, url, server.issuer.token()).status_code == 503
    assert not server.may_answer.is_set()
    assert server.paths == ["/.well-known/openid-configuration"]


def test_issuer_on_loopback_is_asked_without_a_proxy(server: IssuerServer, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert [key.key_id for key in fetch_keys(server.issuer.url)] == ["first"]


def test_issuer_that_nobody_serves_is_unavailable(server: IssuerServer) -> None:
    with pytest.raises(KeysUnavailable):
        fetch_keys("http://127.0.0.1:1")


def test_process_takes_the_check_from_its_environment(
    server: IssuerServer, client: httpx.Client, tmp_path: Path
) -> None:
    environment = {names.JWT_ISSUER: server.issuer.url, names.JWT_AUDIENCE: f"other {AUDIENCE}", names.JWT_SCOPE: SCOPE}
    with running_function(tmp_path / "log", **environment) as function:
        assert post(client, function.url, None).status_code == 401
        assert read_stream(post(client, function.url, server.issuer.token()).content).text == "a"
