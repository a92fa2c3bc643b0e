"""What the documents name is there: files, sections, targets of make."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.markdown import anchors, blocks, without_blocks

ROOT = Path(__file__).parents[2]
# Not the changelog, which tells of what is gone.
DOCUMENTS = sorted({*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("bench/*.md")} - {ROOT / "CHANGELOG.md"})
#: Paths are named from here, or from inside what ships.
BASES = (ROOT, ROOT / "functions" / "stream")
FOLDERS = ("infra", "functions", "client", "tools", "rehearsal", "tests", "docs")

_CODE = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)")
_PATH = re.compile(r"\.?[\w-][\w.-]*(/[\w.-]+)*/?")
_FILE = re.compile(r"[\w-]+\.(py|md|json|ya?ml|toml|in|txt|sh|js|css|html)")
_MEDIA_TYPE = re.compile(r"(application|text)/")
_TARGET = re.compile(r"\bmake ((?:[a-z]+ )*[a-z]+)\b")
#: What a command makes, and is in no checkout.
_MADE = re.compile(r"(cdk\.out|build|\.venv|node_modules|bench/\.cache)\b")
#: For the reader to fill in.
_PLACEHOLDER = re.compile(r"NAME|STAGE|OWNER")


def by_name(document: Path) -> str:
    return str(document.relative_to(ROOT))


def paths_in(text: str) -> Iterator[str]:
    for code in _CODE.findall(without_blocks(text)):
        if _PLACEHOLDER.search(code) or _MEDIA_TYPE.match(code) or _MADE.match(code):
            continue
        if _PATH.fullmatch(code) and ("/" in code or _FILE.fullmatch(code)):
            yield code


def is_there(path: str) -> bool:
    if any((base / path).exists() for base in BASES):
        return True
    return "/" not in path and any(next((ROOT / folder).rglob(path), None) for folder in FOLDERS)


@pytest.mark.parametrize("document", DOCUMENTS, ids=by_name)
def test_paths_exist(document: Path) -> None:
    assert [path for path in paths_in(document.read_text()) if not is_there(path)] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=by_name)
def test_links_lead_somewhere(document: Path) -> None:
    for path, anchor in _LINK.findall(document.read_text()):
        target = document.parent / path if path else document
        assert target.exists(), path
        assert not anchor or anchor in anchors(target.read_text()), f"{path}#{anchor}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=by_name)
def test_targets_of_make_exist(document: Path) -> None:
    text = document.read_text()
    code = " \n".join([*_CODE.findall(without_blocks(text)), *blocks(text)])
    named = {target for targets in _TARGET.findall(code) for target in targets.split()}
    assert named - set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)) == set()


def test_code_and_architecture_name_each_other_s_deviations() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text()
    deviations = dict(re.findall(r"^(\d+)\. \*\*(.+?)(?=^\d+\. |\Z)", page.partition("## Intentional")[2], re.M | re.S))
    named: dict[str, set[str]] = {}
    code = [
        path for part in ("infra", "functions") for path in (ROOT / part).rglob("*") if path.suffix in (".py", ".sh")
    ]
    for path in [ROOT / "app.py", *code]:
        for number in re.findall(r"docs/architecture\.md, deviation (\d+)", path.read_text()):
            named.setdefault(number, set()).add(path.name)
    assert set(named) == set(deviations)
    for number, text in deviations.items():
        files = {path.rpartition("/")[2] for path in paths_in(text) if path.endswith((".py", ".sh"))}
        assert named[number] == files, f"deviation {number}"


def test_path_that_is_gone_is_found() -> None:
    text = "`infra/gone.py`, `gone.py`, `infra/stage.py`, `streaming/sources/`, `text/event-stream`, `buffer.py`"
    assert [path for path in paths_in(text) if not is_there(path)] == ["infra/gone.py", "gone.py"]
