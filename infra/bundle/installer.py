"""uv, in an environment that can change where packages come from, but not what they become."""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from .errors import BundleError
from .pip_settings import uv_settings
from .programs import find_program

# The indexes, the cache, the way to them, and where a managed Python is. Whatever else uv reads changes the bytes.
# https://docs.astral.sh/uv/reference/environment/
_PASSED = frozenset(
    (
        *("HOME", "PATH", "TMPDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"),
        *("UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_INDEX", "UV_EXTRA_INDEX_URL", "UV_FIND_LINKS", "UV_INDEX_STRATEGY"),
        *("UV_CACHE_DIR", "UV_NO_CACHE", "UV_OFFLINE", "UV_HTTP_TIMEOUT", "UV_HTTP_CONNECT_TIMEOUT", "UV_HTTP_RETRIES"),
        *("UV_CONCURRENT_DOWNLOADS", "UV_PYTHON_INSTALL_DIR"),
        *("NETRC", "UV_KEYRING_PROVIDER", "UV_CREDENTIALS_DIR"),
        *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "all_proxy", "no_proxy"),
        *("SSL_CERT_FILE", "SSL_CERT_DIR", "SSL_CLIENT_CERT", "UV_NATIVE_TLS", "UV_SYSTEM_CERTS", "UV_INSECURE_HOST"),
    )
)
_NAMED_INDEX = re.compile(r"UV_INDEX_\w+_(USERNAME|PASSWORD)")
# uv runs in the entry folder, whose locks may name files beside them; what a person set is of another folder.
_PATHS = ("UV_CACHE_DIR", "UV_PYTHON_INSTALL_DIR", "SSL_CERT_FILE", "SSL_CERT_DIR", "SSL_CLIENT_CERT", "NETRC")
_FIXED = {
    # An interpreter that is not there is never downloaded behind the user's back.
    "UV_PYTHON_DOWNLOADS": "never",
    # direct_url.json and its kin name folders of this machine.
    "UV_NO_INSTALLER_METADATA": "1",
    "NO_COLOR": "1",
}
# Left in the target by uv: its lock, and the packages' console scripts, whose first line is a path of this machine.
_LEFT_IN_TARGET = (".lock", "bin")


def install(locks: Sequence[str], entry: Path, target: Path, *, python_version: str, platform: str) -> str | None:
    """What uv says where it fails."""
    command = ["pip", "install", "--quiet", "--python", sys.executable, "--target", str(target)]
    command += [argument for lock in locks for argument in ("--requirement", lock)]
    command += ["--require-hashes", "--no-deps", "--only-binary", ":all:", "--no-config"]
    command += ["--no-compile-bytecode", "--link-mode", "copy"]
    command += ["--python-version", python_version, "--python-platform", platform]
    installed = _uv(command, entry)
    if installed.returncode:
        return installed.stderr.strip()
    for name in _LEFT_IN_TARGET:
        left = target / name
        shutil.rmtree(left) if left.is_dir() else left.unlink(missing_ok=True)
    for record in target.glob("*.dist-info/RECORD"):
        _forget_what_was_removed(record)
    return None


def installer_version() -> str:
    """The version, and the platform that uv itself was built for."""
    return _uv(["--version"]).stdout.strip()


def find_managed_python(version: str) -> str | None:
    """One of uv's own: uv would start every other Python on PATH, a third of a second a synth."""
    found = _uv(["python", "find", "--managed-python", "--no-config", version])
    return found.stdout.strip() if found.returncode == 0 else None


def uv_environment(environment: Mapping[str, str]) -> dict[str, str]:
    passed = {name: value for name, value in environment.items() if name in _PASSED or _NAMED_INDEX.fullmatch(name)}
    passed |= uv_settings(environment)
    absolute = {name: os.path.abspath(passed[name]) for name in _PATHS if passed.get(name)}
    links = [_absolute_link(link) for link in passed.get("UV_FIND_LINKS", "").split(",") if link]
    return {**passed, **absolute, **({"UV_FIND_LINKS": ",".join(links)} if links else {}), **_FIXED}


def _absolute_link(link: str) -> str:
    return link if "://" in link else os.path.abspath(link)


def _uv(arguments: Sequence[str], folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    program = find_program("uv")
    if program is None:
        raise BundleError("Expected uv beside this interpreter or on PATH, found none: run `make setup`.")
    environment = uv_environment(os.environ)
    return subprocess.run([program, *arguments], cwd=folder, env=environment, capture_output=True, text=True)


def _forget_what_was_removed(record: Path) -> None:
    """The hash of a script is that of a path of this machine."""
    with record.open(newline="", encoding="utf-8") as file:
        lines = [line for line in csv.reader(file) if line and (record.parent.parent / line[0]).exists()]
    with record.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows(lines)
