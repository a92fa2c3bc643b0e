"""Finds or makes the Lambda Web Adapter's binary for this machine.

`python -m rehearsal.adapter` prints which one it is, its version and where it came from. In this order:

1. the path in LAMBDA_ADAPTER;
2. the cache of an earlier run;
3. `cargo install lambda_web_adapter`, of the layer's version or the newest before it;
4. the layer itself, when AWS credentials exist;
5. the container image, when Docker runs.
"""

from __future__ import annotations

import contextlib
import io
import os
import platform
import shutil
import subprocess
import sys
import urllib.request
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import boto3
import botocore.exceptions

from infra.architecture import architecture_of_machine
from infra.function import adapter_release as release

PATH_VARIABLE = "LAMBDA_ADAPTER"
_BINARY = "lambda-adapter"
_IN_LAYER = f"extensions/{_BINARY}"
_LAYER_REGION = "us-east-1"


@dataclass(frozen=True)
class Adapter:
    path: Path
    version: str
    origin: str


class NoAdapter(Exception):
    """One sentence that says what was tried and what would help."""


def find_adapter() -> Adapter:
    """Never makes one. Raises NoAdapter."""
    if named := os.environ.get(PATH_VARIABLE):
        if not os.access(named, os.X_OK):
            raise NoAdapter(f"Expected {PATH_VARIABLE} to name an executable, got {named!r}: correct or unset it.")
        return Adapter(Path(named), "of unknown version", PATH_VARIABLE)
    for version in release.CRATE_VERSIONS:
        if (cached := _cached(version)).exists():
            return Adapter(cached, version, "cache")
    raise NoAdapter(f"Expected a Lambda Web Adapter in {PATH_VARIABLE} or the cache, got none: run `make adapter`.")


def get_adapter() -> Adapter:
    """Makes one when there is none yet. Raises NoAdapter."""
    if os.environ.get(PATH_VARIABLE):
        return find_adapter()
    with contextlib.suppress(NoAdapter):
        return find_adapter()
    for make in (_build_crate, _download_layer, _copy_from_image):
        if (adapter := make()) is not None:
            return adapter
    raise NoAdapter(
        f"Expected cargo, AWS credentials or Docker to get the Lambda Web Adapter {release.VERSION} with, got none "
        f"that worked: install Rust (https://rustup.rs), or name a binary in {PATH_VARIABLE}."
    )


def _cached(version: str) -> Path:
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return caches / "lambda-web-adapter" / version / "bin" / _BINARY


def _build_crate() -> Adapter | None:
    if shutil.which("cargo") is None:
        return None
    for version in release.CRATE_VERSIONS:
        _say(f"Building the Lambda Web Adapter {version} with cargo, which takes some minutes once ...")
        root = _cached(version).parents[1]
        command = ["cargo", "install", "--locked", "--quiet", "--root", str(root), "--version", version]
        if subprocess.run([*command, "lambda_web_adapter"], capture_output=True).returncode == 0:
            return Adapter(_cached(version), version, "cargo install")
    return None


def _download_layer() -> Adapter | None:
    architecture = architecture_of_machine(platform.machine())
    arn = release.layer_arn("aws", _LAYER_REGION, release.COMMERCIAL_ACCOUNT, architecture)
    try:
        layer = boto3.client("lambda", region_name=_LAYER_REGION).get_layer_version_by_arn(Arn=arn)
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError):
        return None
    with urllib.request.urlopen(layer["Content"]["Location"]) as content:
        binary = zipfile.ZipFile(io.BytesIO(content.read())).read(_IN_LAYER)
    return _keep(lambda path: path.write_bytes(binary), origin=arn)


def _copy_from_image() -> Adapter | None:
    if shutil.which("docker") is None:
        return None
    created = subprocess.run(["docker", "create", release.IMAGE], capture_output=True, text=True)
    if created.returncode:
        return None
    container = created.stdout.strip()
    try:
        source = f"{container}:/{_BINARY}"
        return _keep(lambda path: subprocess.run(["docker", "cp", source, path], check=True), origin=release.IMAGE)
    finally:
        subprocess.run(["docker", "rm", container], capture_output=True, check=True)


def _keep(write: Callable[[Path], object], *, origin: str) -> Adapter:
    path = _cached(release.VERSION)
    path.parent.mkdir(parents=True, exist_ok=True)
    write(path)
    path.chmod(0o755)
    return Adapter(path, release.VERSION, origin)


def _say(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")


def main() -> int:
    try:
        adapter = get_adapter()
    except NoAdapter as error:
        _say(str(error))
        return 1
    _say(
        f"Lambda Web Adapter {adapter.version} (the layer is {release.VERSION}), from {adapter.origin}: {adapter.path}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
