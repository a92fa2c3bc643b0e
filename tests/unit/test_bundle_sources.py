"""What of the entry folder ships, and what is refused."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from infra.bundle.errors import BundleError
from infra.bundle.sources import copy_sources, source_files
from infra.settings import FUNCTION_ENTRY

ROOT = Path(__file__).parents[2]
SCRIPT = b"#!/bin/sh\necho one\n"


@pytest.fixture
def entry(tmp_path: Path) -> Path:
    folder = tmp_path / "entry"
    (folder / "streaming").mkdir(parents=True)
    return folder


def shipped(entry: Path) -> dict[str, bytes]:
    return {file.name: file.content for file in source_files(entry)}


@pytest.mark.parametrize(
    "name",
    [
        *("streaming/requirements_text.py", "streaming/requirements_rules/__init__.py", "streaming/requirements.json"),
        *("streaming/requirements.txt", "requirements_of_users.py", "requirements/one.txt", "bin/tool.py"),
    ],
)
def test_name_like_a_lock_s_ships(entry: Path, name: str) -> None:
    (entry / name).parent.mkdir(exist_ok=True)
    (entry / name).write_bytes(b"1")
    assert shipped(entry) == {name: b"1"}


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-jwt.txt", "requirements.in", "streaming/.DS_Store"])
def test_lock_at_the_top_and_hidden_file_do_not_ship(entry: Path, name: str) -> None:
    (entry / name).write_bytes(b"1")
    assert shipped(entry) == {}


def test_links_ship_as_what_they_lead_to(entry: Path, tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "one.py").write_bytes(b"1")
    (entry / "streaming" / "shared").symlink_to("../../shared")
    (entry / "streaming" / "again").symlink_to("../../shared")
    (entry / "two.py").symlink_to("../shared/one.py")
    assert shipped(entry) == {"streaming/again/one.py": b"1", "streaming/shared/one.py": b"1", "two.py": b"1"}


@pytest.mark.parametrize(
    ("link", "target", "sentence"),
    [
        ("streaming/gone.py", "missing.py", r"Expected a file or a folder at .*gone\.py, got a link to missing\.py,"),
        ("streaming/self", "self", r"Expected a file or a folder at .*self, got a link to self,"),
        ("streaming/up", "..", r"Expected folders with an end, got .*up, a link to .*entry around it: remove the link"),
    ],
)
def test_link_that_leads_nowhere_or_back_is_refused_by_name(entry: Path, link: str, target: str, sentence: str) -> None:
    (entry / link).symlink_to(target)
    with pytest.raises(BundleError, match=sentence):
        shipped(entry)


def test_what_is_neither_file_nor_folder_is_refused_by_name(entry: Path) -> None:
    os.mkfifo(entry / "streaming" / "pipe")
    with pytest.raises(BundleError, match=r"Expected a file or a folder at .*pipe, got another kind of file"):
        shipped(entry)


@pytest.mark.parametrize("content", [SCRIPT, SCRIPT.replace(b"\n", b"\r\n")], ids=["LF", "CRLF"])
@pytest.mark.parametrize("mode", [0o755, 0o644, 0o600])
def test_script_ships_so_that_linux_can_run_it(entry: Path, tmp_path: Path, content: bytes, mode: int) -> None:
    (entry / "run.sh").write_bytes(content)
    (entry / "run.sh").chmod(mode)
    copy_sources(source_files(entry), tmp_path)
    assert (tmp_path / "run.sh").read_bytes() == SCRIPT
    assert subprocess.run([tmp_path / "run.sh"], capture_output=True, check=True).stdout == b"one\n"


def test_script_behind_a_byte_order_mark_is_refused_by_name(entry: Path) -> None:
    (entry / "run.sh").write_bytes(b"\xef\xbb\xbf" + SCRIPT)
    with pytest.raises(BundleError, match=r"Expected .*run\.sh to begin with '#!', got a byte order mark"):
        shipped(entry)


def test_other_files_ship_as_they_are(entry: Path) -> None:
    (entry / "windows.txt").write_bytes(b"one\r\n\0")
    (entry / "archive.run").write_bytes(SCRIPT + b"\0\r\n")
    assert shipped(entry) == {"archive.run": SCRIPT + b"\0\r\n", "windows.txt": b"one\r\n\0"}


def test_checkout_on_windows_keeps_the_line_ends(tmp_path: Path) -> None:
    git = ["git", "-c", "user.name=one", "-c", "user.email=one@example.com", "-c", "core.autocrlf=true"]
    there, here = tmp_path / "there", tmp_path / "here"
    shutil.copytree(FUNCTION_ENTRY, there, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / ".gitattributes", there)
    for command in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "--message", "one"]):
        subprocess.run([*git, *command], cwd=there, check=True)
    subprocess.run([*git, "clone", "--quiet", there, here], check=True)
    assert (here / "run.sh").exists()
    assert not [path for path in here.rglob("*.*") if path.is_file() and b"\r\n" in path.read_bytes()]
