"""The client as a package of its own, built and installed by uv."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from collections.abc import Iterable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def _run(command: Iterable[str | Path], **options: str | Path) -> str:
    environment = os.environ | {name: str(value) for name, value in options.items() if name != "cwd"}
    done = subprocess.run([*command], cwd=options["cwd"], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    _run(["uv", "build", "--quiet", "--wheel", "--out-dir", folder, ROOT], cwd=folder)
    (wheel,) = folder.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and nothing else; what it depends on is in the environment of the tests."""
    folder = tmp_path_factory.mktemp("installed")
    command: list[str | Path] = [
        "uv",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--python",
        sys.executable,
        "--target",
        folder,
        wheel,
    ]
    _run(command, cwd=folder)
    return folder


def test_wheel_holds_the_client_and_nothing_else_of_the_repository(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    expected = {str(path.relative_to(ROOT)) for path in (ROOT / "client").rglob("*.py")}
    assert {name for name in names if ".dist-info/" not in name} == expected


def test_wheel_names_what_the_client_imports(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (metadata,) = [archive.read(name).decode() for name in archive.namelist() if name.endswith("/METADATA")]
    assert "\nName: lambda-streaming-client\n" in metadata
    assert "\nRequires-Python: >=3.11\n" in metadata
    required = [line.partition(": ")[2] for line in metadata.splitlines() if line.startswith("Requires-Dist: ")]
    assert [name for name in required if "extra ==" not in name] == ["httpx-sse<1,>=0.4", "httpx<1,>=0.28"]
    assert [name for name in required if "extra ==" in name] == ["botocore>=1.34; extra == 'signing'"]


@pytest.mark.parametrize("arguments", [["--help"], ["doctor", "--help"]])
def test_command_runs_where_it_is_installed(installed: Path, arguments: list[str], tmp_path: Path) -> None:
    printed = _run([installed / "bin" / "lambda-stream", *arguments], cwd=tmp_path, PYTHONPATH=installed)
    assert printed.startswith(f"usage: {' '.join(['lambda-stream', *arguments[:-1]])} [-h]")


def test_checkout_needs_no_installation() -> None:
    assert _run([sys.executable, "-m", "client", "--help"], cwd=ROOT).startswith("usage: python -m client [-h]")
