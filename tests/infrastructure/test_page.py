"""What of the page goes to its bucket."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from functions.stream.streaming.settings import TOKEN_HEADER
from infra.edge import page
from infra.edge.page import PageError, compose_page, page_files


def test_page_is_its_own_files_and_the_vendored_modules(tmp_path: Path) -> None:
    compose_page(tmp_path)
    composed = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert composed == set(page_files())
    assert {"index.html", "vendor/eventsource-parser/index.js"} <= composed
    assert not [name for name in composed if name.endswith((".map", ".ts"))]


def test_every_module_that_the_page_imports_is_there() -> None:
    files = page_files()
    for name, file in files.items():
        if name.endswith(".js"):
            folder = Path("/", name).parent
            for imported in re.findall(r"""\bfrom\s*["'](\.[^"']+)["']""", file.read_text()):
                assert str((folder / imported).resolve()).removeprefix("/") in files, (name, imported)


def test_page_sends_its_token_where_the_adapter_looks_for_it() -> None:
    scripts = [file.read_text() for name, file in page_files().items() if name == "app.js"]
    assert all(f"'{TOKEN_HEADER}'" in script for script in scripts)


def test_page_without_its_npm_packages_is_refused_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(page, "_PARSER", tmp_path)
    with pytest.raises(PageError, match=r"^Expected the modules of eventsource-parser .+: run `make setup`\.$"):
        page_files()
