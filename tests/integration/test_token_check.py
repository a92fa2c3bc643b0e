"""The check with a real issuer, which serves its keys over loopback."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from functions.stream.streaming import settings as names
from functions.stream.streaming.app import create_app
from functions.stream.streaming.auth.issuer_keys import KeysUnavailable, fetch_keys
from functions.stream.streaming.settings import JwtSettings, Settings
from rehearsal.waiting import wait_until
from rehearsal.wire import read_stream
from tests.support.issuer import AUDIENCE, SCOPE, IssuerServer
from tests.support.json_server import running
from tests.support.servers import running_function, serving
from tests.support.sources import ScriptedSource


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[IssuerServer]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
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


def test_document_that_is_no_object_is_not_believed(server: IssuerServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "document", lambda path: [])
    with pytest.raises(KeysUnavailable, match="Expected a JSON object"):
        fetch_keys(server.issuer.url)


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
