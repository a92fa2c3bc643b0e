"""What uv gets to see of the environment, and of pip's settings."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from infra.bundle.errors import BundleError
from infra.bundle.installer import uv_environment
from infra.bundle.pip_settings import uv_settings

NO_FILES = {"PIP_CONFIG_FILE": os.devnull}


def test_uv_sees_where_packages_come_from() -> None:
    passed = {
        "HOME": "/home/one",
        "PATH": "/bin",
        "UV_DEFAULT_INDEX": "https://index.example/simple",
        "UV_INDEX_OURS_PASSWORD": "secret",
        "UV_OFFLINE": "1",
        "https_proxy": "http://proxy.example:3128",
        "SSL_CERT_FILE": "/certificates.pem",
    }
    assert passed.items() <= uv_environment(passed | NO_FILES).items()


@pytest.mark.parametrize(
    "name", ["UV_COMPILE_BYTECODE", "UV_LINK_MODE", "UV_CONSTRAINT", "UV_INDEX_OURS_COLOUR", "PYTHONPATH", "PIP_TARGET"]
)
def test_uv_sees_nothing_that_changes_the_bytes(name: str) -> None:
    assert uv_environment({name: "1", **NO_FILES}) == uv_environment(NO_FILES)


def test_paths_are_of_the_folder_that_the_command_was_given_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """uv runs in another one."""
    monkeypatch.chdir(tmp_path)
    environment = uv_environment({"UV_CACHE_DIR": "cache", "UV_FIND_LINKS": "wheels,https://a.example/", **NO_FILES})
    assert environment["UV_CACHE_DIR"] == f"{tmp_path}/cache"
    assert environment["UV_FIND_LINKS"] == f"{tmp_path}/wheels,https://a.example/"


def test_pip_s_settings_are_uv_s() -> None:
    pip = {
        "PIP_INDEX_URL": "https://index.example/simple",
        "PIP_EXTRA_INDEX_URL": "https://a.example https://b.example",
        "PIP_FIND_LINKS": "/wheels https://c.example/",
        "PIP_TRUSTED_HOST": "a.example b.example",
        "PIP_CERT": "/certificates.pem",
        "PIP_PROXY": "http://proxy.example:3128",
    }
    assert uv_settings(pip | NO_FILES) == {
        "UV_DEFAULT_INDEX": "https://index.example/simple",
        "UV_INDEX": "https://a.example https://b.example",
        "UV_INDEX_STRATEGY": "unsafe-best-match",
        "UV_FIND_LINKS": "/wheels,https://c.example/",
        "UV_INSECURE_HOST": "a.example b.example",
        "SSL_CERT_FILE": "/certificates.pem",
        "ALL_PROXY": "http://proxy.example:3128",
    }


@pytest.mark.parametrize("own", ["UV_DEFAULT_INDEX", "UV_INDEX_URL"])
def test_uv_s_own_setting_stands(own: str) -> None:
    assert uv_settings({own: "https://uv.example", "PIP_INDEX_URL": "https://pip.example", **NO_FILES}) == {}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / ".config" / "pip").mkdir(parents=True)
    return tmp_path


def test_pip_s_files_override_each_other_as_for_pip(home: Path) -> None:
    user, named = home / ".config" / "pip" / "pip.conf", home / "named.conf"
    user.write_text("[install]\nindex-url = https://install.example\n[global]\nindex_url = https://global.example\n")
    assert uv_settings({"HOME": str(home)})["UV_DEFAULT_INDEX"] == "https://install.example"
    assert (
        uv_settings({"HOME": str(home), "PIP_INDEX_URL": "https://p.example"})["UV_DEFAULT_INDEX"]
        == "https://p.example"
    )
    named.write_text(
        "[global]\nindex-url = https://named.example\nextra-index-url =\n  https://a.example\n  https://b.example\n"
    )
    settings = uv_settings({"HOME": str(home), "PIP_CONFIG_FILE": str(named)})
    assert (settings["UV_DEFAULT_INDEX"], settings["UV_INDEX"]) == (
        "https://named.example",
        "https://a.example https://b.example",
    )
    assert uv_settings({"HOME": str(home), **NO_FILES}) == {}


def test_file_that_pip_could_not_read_is_named_and_not_quoted(home: Path) -> None:
    (home / ".config" / "pip" / "pip.conf").write_text("index-url = https://one:secret@a.example\n")
    with pytest.raises(BundleError, match=r"got MissingSectionHeaderError in .*pip\.conf: correct") as refused:
        uv_settings({"HOME": str(home)})
    assert "secret" not in str(refused.value)
