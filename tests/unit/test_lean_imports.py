from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from functions.stream.streaming.host.lean_imports import import_with_lazy

ROOT = Path(__file__).parents[2]
LIBRARY = """
import colours.mixed
from colours import red
from colours.mixed import purple

def shade():
    return red(1), purple(2), colours.mixed.NAMES
"""


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Imported while `colours.mixed`, which it never needs to be imported, is lazy."""
    package = tmp_path / "colours"
    package.mkdir()
    (package / "__init__.py").write_text("def red(number): return f'red {number}'\n")
    (package / "mixed.py").write_text("NAMES = ['purple']\ndef purple(number): return f'purple {number}'\n")
    (tmp_path / "library.py").write_text(LIBRARY)
    monkeypatch.syspath_prepend(tmp_path)
    for name in ("colours", "colours.mixed", "library"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    import_with_lazy(["library"], lazy=["colours.mixed"])
    return importlib.import_module("library")


def test_module_is_imported_when_a_name_of_it_is_used_and_not_before(library: ModuleType) -> None:
    assert "colours.mixed" not in sys.modules
    assert library.shade() == ("red 1", "purple 2", ["purple"])
    assert "colours.mixed" in sys.modules


def test_later_import_gets_the_real_module(library: ModuleType) -> None:
    mixed = importlib.import_module("colours.mixed")
    assert mixed.__file__
    assert mixed.purple.__name__ == "purple"
    assert library.shade() == ("red 1", "purple 2", ["purple"])


def test_name_that_the_real_module_lacks_is_an_attribute_error(library: ModuleType) -> None:
    with pytest.raises(AttributeError, match="green"):
        library.colours.mixed.green  # noqa: B018  # asking is the test


def test_module_that_is_imported_already_stays(library: ModuleType) -> None:
    mixed = importlib.import_module("colours.mixed")
    import_with_lazy(["library"], lazy=["colours.mixed"])
    assert sys.modules["colours.mixed"] is mixed


@pytest.mark.usefixtures("library")
def test_library_that_needs_the_module_itself_is_imported_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "needy.py").write_text("import library\nfrom colours.mixed import Purple\nclass Violet(Purple): pass\n")
    (tmp_path / "colours" / "mixed.py").write_text("class Purple: pass\ndef purple(number): pass\n")
    for name in ("library", "needy"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    import_with_lazy(["needy"], lazy=["colours.mixed"])
    assert [base.__name__ for base in sys.modules["needy"].Violet.__bases__] == ["Purple"]
    assert "imported whole" in caplog.text


def test_server_starts_without_what_it_does_not_use() -> None:
    """In an interpreter of its own: this one has imported everything long ago."""
    names = {
        *("configparser", "copy", "email.utils", "hashlib", "html", "http.client", "http.cookies", "logging.config"),
        *("mimetypes", "pathlib", "platform", "random", "secrets", "shlex", "tempfile", "uuid"),
    }
    script = (
        "import sys\n"
        "before = set(sys.modules)\n"
        "import functions.stream.streaming.host.server, functions.stream.streaming.app\n"
        "print(*set(sys.modules) - before)"
    )
    environment = {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    started = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True)
    imported = set(started.stdout.split())
    assert "starlette.responses" in imported, started.stderr
    assert not imported & names
