"""Which proxy is for which URL."""

from __future__ import annotations

import os

import httpx
import pytest

from client.environment import find_proxy


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)


def _found(url: str) -> str | None:
    proxy = find_proxy(httpx.URL(url))
    return None if proxy is None else str(proxy)


@pytest.mark.parametrize(
    ("variables", "url", "proxy"),
    [
        ({}, "http://a.example", None),
        ({"HTTP_PROXY": "http://p:1"}, "http://a.example", "http://p:1 (HTTP_PROXY)"),
        ({"HTTP_PROXY": "http://p:1"}, "https://a.example", None),
        ({"HTTPS_PROXY": "p:1"}, "https://a.example", "http://p:1 (HTTPS_PROXY)"),
        ({"HTTPS_PROXY": "http://p:1", "https_proxy": "http://q:1"}, "https://a.example", "http://q:1 (https_proxy)"),
        ({"ALL_PROXY": "http://p:1"}, "https://a.example", "http://p:1 (ALL_PROXY)"),
        ({"ALL_PROXY": "http://p:1", "HTTP_PROXY": "http://q:1"}, "http://a.example", "http://q:1 (HTTP_PROXY)"),
        ({"HTTP_PROXY": "http://me:SECRET@p:1"}, "http://a.example", "http://p:1 (HTTP_PROXY)"),
        ({"HTTP_PROXY": "me:SEC@RET@p:port"}, "http://a.example", "http://p:port (HTTP_PROXY)"),
        ({"HTTP_PROXY": ""}, "http://a.example", None),
    ],
)
def test_proxy_is_that_of_the_scheme_or_of_all(
    variables: dict[str, str], url: str, proxy: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert _found(url) == proxy


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.9.9.9:80",
        "localhost",
        "LOCALHOST.",
        "app.localhost:8080",
        "[::1]:8080",
        "[::ffff:127.0.0.1]",
        "0.0.0.0:8080",
        "[::]",
    ],
)
@pytest.mark.parametrize("variable", ["HTTP_PROXY", "ALL_PROXY"])
def test_loopback_never_goes_through_a_proxy(variable: str, host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable, "socks4://p:1")
    assert _found(f"http://{host}/stream") is None


@pytest.mark.parametrize(
    ("entries", "host"),
    [
        ("*", "a.example"),
        ("b.example, *", "a.example"),
        ("a.example", "a.example"),
        (".example", "a.example"),
        ("example", "a.example:8080"),
        ("A.Example", "a.example"),
        ("a.example:8080", "a.example:8080"),
        ("a.example:80", "a.example"),
        ("http://a.example", "a.example"),
        ("all://a.example", "a.example"),
        ("10.0.0.7", "10.0.0.7"),
        ("2001:db8::1", "[2001:db8::1]"),
        ("[2001:db8::1]", "[2001:db8::1]:8080"),
        ("[2001:db8::1]:8080", "[2001:db8::1]:8080"),
        ("xn--bcher-kva.example", "bücher.example"),
        ("bücher.example", "bücher.example"),
    ],
)
def test_host_that_no_proxy_names_is_reached_directly(entries: str, host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://p:1")
    monkeypatch.setenv("NO_PROXY", entries)
    assert _found(f"http://{host}/stream") is None


@pytest.mark.parametrize(
    "entries", ["[::1]", "[", "10.0.0.0/8", "a.example:81", "https://a.example", "://", ",", "b.example", "\udcff"]
)
def test_entry_that_names_nothing_is_ignored(entries: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://p:1")
    monkeypatch.setenv("NO_PROXY", entries)
    assert _found("http://a.example/stream") == "http://p:1 (HTTP_PROXY)"
