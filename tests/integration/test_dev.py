"""What `make dev` serves: the page at the root, and everything else from the function."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from functions.stream.streaming.app import create_app
from functions.stream.streaming.settings import Settings
from infra.edge.page import CONTENT_SECURITY_POLICY, page_files
from rehearsal.wire import read_stream
from tests.support.servers import serving
from tests.support.sources import ScriptedSource
from tools.dev import Site

#: What an HTML file, a style sheet or a module loads.
_REFERENCE = re.compile(r"""(?:src|href)="([^"]+)"|from ['"]([^'"]+)['"]|url\(([^)]+)\)""")


_MEDIA_TYPES = {".html": "text/html", ".js": "text/javascript", ".css": "text/css"}


@pytest.fixture
def url() -> Iterator[str]:
    with serving(Site(create_app(Settings(), ScriptedSource("text")))) as url:
        yield url


@pytest.mark.parametrize("path", [f"/{name}" for name in page_files() if name != "vendor/eventsource-parser/LICENSE"])
def test_page_is_served_with_the_headers_of_the_edge(client: httpx.Client, url: str, path: str) -> None:
    response = client.get(url + path)
    assert response.status_code == 200
    assert response.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["content-type"] == f"{_MEDIA_TYPES[Path(path).suffix]}; charset=utf-8"


def test_function_answers_for_all_other_paths(client: httpx.Client, url: str) -> None:
    stream = read_stream(client.post(f"{url}/stream", json={"input": "a"}).content)
    assert stream.text == "text"
    assert client.get(f"{url}/healthz").json() == {"status": "ok"}
    missing = client.get(f"{url}/app.css")
    assert missing.status_code == 404
    assert missing.headers["content-type"] == "application/problem+json"
    assert "content-security-policy" not in missing.headers


def test_root_is_the_page(client: httpx.Client, url: str) -> None:
    assert client.get(url).content == client.get(f"{url}/index.html").content
    assert client.head(url).headers["content-security-policy"] == CONTENT_SECURITY_POLICY


def test_page_loads_nothing_that_it_does_not_bring() -> None:
    files = page_files()
    for name, file in files.items():
        for groups in _REFERENCE.findall(file.read_text()):
            reference = next(filter(None, groups))
            path = posixpath.normpath(posixpath.join(posixpath.dirname(name), reference))
            assert path in files or reference.startswith("data:image/svg+xml,")
