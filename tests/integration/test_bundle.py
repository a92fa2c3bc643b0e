"""Bundles made for real, by uv from the package index."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import platform
import shutil
import struct
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from client import Chunk, HttpError, stream
from functions.stream.streaming import settings as names
from infra.bundle.bundle import Bundle, BundleError, Machine, stream_bundle
from infra.function.adapter_variables import EXEC_WRAPPER, HEALTH_PATH, READINESS_CHECK_PATH, RUN_SH
from infra.settings import FUNCTION_ENTRY
from tools.assembly import SynthesizedFunction
from tools.local import running

# The interpreter of the tests stands in for Lambda's, so that the bundle gets its bytecode on every machine.
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
MACHINE: Machine = "aarch64" if platform.machine() in ("aarch64", "arm64") else "x86_64"
ENVIRONMENT = {EXEC_WRAPPER: RUN_SH, READINESS_CHECK_PATH: HEALTH_PATH}
BUNDLE = stream_bundle("local", PYTHON, "aarch64")
# https://peps.python.org/pep-0552/: bit 0 of the flags says that a hash follows, bit 1 that it is checked.
UNCHECKED_HASH = 0b01


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("bundle")
    BUNDLE.build(target)
    return target


def files_of(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file())


def digests(folder: Path) -> dict[str, str]:
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files_of(folder)}


def test_bundle_holds_the_application_and_nothing_of_the_tools(built: Path) -> None:
    assert {"run.sh", "streaming", "starlette", "uvicorn"} <= {p.name for p in built.iterdir()}
    assert not [p for p in files_of(built) if p.name.startswith(("requirements", ".lock")) or "bin" in p.parts]


def test_bundle_zips_to_less_than_a_megabyte(built: Path, tmp_path: Path) -> None:
    archive = shutil.make_archive(str(tmp_path / "bundle"), "zip", built)
    assert Path(archive).stat().st_size < 1_000_000


def test_bundle_is_readable_by_every_user_and_run_sh_runs(built: Path) -> None:
    assert {path.stat().st_mode & 0o777 for path in files_of(built)} == {0o644, 0o755}
    assert (built / "run.sh").stat().st_mode & 0o111


def test_bytecode_never_looks_at_its_source(built: Path) -> None:
    compiled = list(built.rglob("*.pyc"))
    assert len(compiled) > 50
    assert {struct.unpack_from("<I", path.read_bytes(), 4)[0] for path in compiled} == {UNCHECKED_HASH}


def test_two_builds_are_the_same_bytes(built: Path, tmp_path: Path) -> None:
    BUNDLE.build(tmp_path)
    assert digests(tmp_path) == digests(built)


def test_bundle_streams_the_way_lambda_would_start_it(built: Path) -> None:
    function = SynthesizedFunction(built, "streaming.app.app", ENVIRONMENT, 60, 512)
    prompt = "one two three four five six"
    with running(function) as url:
        assert "".join(e.text for e in stream(url, prompt) if isinstance(e, Chunk)) == prompt


def test_bundle_is_pure_python_unless_tokens_are_checked(built: Path) -> None:
    assert not list(built.rglob("*.so"))
    assert not {"jwt", "cryptography", "boto3"} & {path.name for path in built.iterdir()}


def test_bundle_installs_what_each_extra_names_beside_the_rest() -> None:
    bundle = stream_bundle("bedrock", PYTHON, "aarch64", ("jwt",))
    assert bundle.requirements == ("requirements.txt", "requirements-bedrock.txt", "requirements-jwt.txt")
    assert stream_bundle("local", PYTHON, "aarch64").requirements == ("requirements.txt",)


@pytest.mark.skipif((sys.platform, MACHINE) != ("linux", platform.machine()), reason="its binaries are for Linux")
def test_bundle_with_the_check_asks_for_a_token(tmp_path: Path) -> None:
    stream_bundle("local", PYTHON, MACHINE, ("jwt",)).build(tmp_path)
    assert len(list((tmp_path / "cryptography").rglob("*.pyc"))) > 10
    issuer = {names.JWT_ISSUER: "https://issuer.example", names.JWT_AUDIENCE: "a"}
    function = SynthesizedFunction(tmp_path, "streaming.app.app", ENVIRONMENT | issuer, 60, 512)
    with running(function) as url, pytest.raises(HttpError, match="asks for a token") as refused:
        list(stream(url, "one"))
    assert refused.value.status == 401


def test_bundle_with_the_check_holds_binaries_for_its_machine_alone(tmp_path: Path) -> None:
    """The other one than this, as on most laptops: it cannot be imported here, and is made all the same."""
    other: Machine = "aarch64" if MACHINE == "x86_64" else "x86_64"
    stream_bundle("local", PYTHON, other, ("jwt",)).build(tmp_path)
    assert len(list(tmp_path.rglob("*.so"))) >= 2
    assert list(tmp_path.rglob("*.pyc"))


@pytest.mark.parametrize("shim", [None, "#!/bin/sh\nexit 127\n"])
def test_bundle_without_an_interpreter_says_what_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], shim: str | None
) -> None:
    """Also where a version manager puts its own program in the place of one that is not installed."""
    if shim:
        (tmp_path / "python3.99").write_text(shim)
        (tmp_path / "python3.99").chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    bundle = Bundle(FUNCTION_ENTRY, "3.99", "aarch64")
    bundle.build(tmp_path / "bundle")
    assert not list(tmp_path.rglob("*.pyc"))
    (line,) = capfd.readouterr().err.strip().splitlines()
    assert line.startswith("Bundled without bytecode")
    assert "uv python install 3.99" in line


@pytest.fixture
def entry(tmp_path: Path) -> Path:
    folder = tmp_path / "entry"
    shutil.copytree(FUNCTION_ENTRY, folder, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def hash_of(entry: Path, **changes: Any) -> str:
    return dataclasses.replace(Bundle(entry, PYTHON, "aarch64"), **changes).asset_hash


def test_hash_knows_the_platform_and_the_interpreter(entry: Path) -> None:
    variants: list[dict[str, Any]] = [
        {},
        {"python_version": "3.99"},
        {"machine": "x86_64"},
        {"requirements": ("requirements.txt", "requirements-bedrock.txt")},
        {"imports": ("streaming.app",)},
    ]
    assert len({hash_of(entry, **variant) for variant in variants}) == len(variants)


def test_hash_knows_every_file_that_ships_and_its_run_bit(entry: Path) -> None:
    before = hash_of(entry)
    (entry / "run.sh").chmod(0o644)
    without_run_bit = hash_of(entry)
    (entry / "streaming" / "new.py").write_text("")
    with_new_file = hash_of(entry)
    (entry / "requirements.txt").write_text("# none\n")
    assert len({before, without_run_bit, with_new_file, hash_of(entry)}) == 4


def test_hash_ignores_what_does_not_ship(entry: Path) -> None:
    before = hash_of(entry)
    (entry / "streaming" / "__pycache__").mkdir()
    (entry / "streaming" / "__pycache__" / "app.pyc").write_bytes(b"stale")
    (entry / ".DS_Store").write_bytes(b"")
    (entry / "requirements.in").write_text("# edited, not locked yet\n")
    assert hash_of(entry) == before


def test_missing_wheel_fails_with_a_sentence(entry: Path, tmp_path: Path) -> None:
    (entry / "requirements.txt").write_text(f"starlette==0.0.0 --hash=sha256:{'0' * 64}\n")
    with pytest.raises(BundleError, match=r"(?s)Expected wheels for Python .* on aarch64 .* run `make lock`"):
        Bundle(entry, PYTHON, "aarch64").build(tmp_path / "out")


def test_binary_for_another_machine_fails_with_a_sentence(entry: Path, tmp_path: Path) -> None:
    wheel = make_wheel_with_binary(tmp_path, elf_machine=62)  # x86_64
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    (entry / "requirements.txt").write_text(f"native @ {wheel.as_uri()} --hash=sha256:{digest}\n")
    with pytest.raises(BundleError, match=r"Expected binaries for aarch64, got native/fast\.so for ELF machine 62"):
        Bundle(entry, PYTHON, "aarch64").build(tmp_path / "out")
    Bundle(entry, PYTHON, "x86_64").build(tmp_path / "right")


def test_source_that_does_not_compile_fails_with_a_sentence(entry: Path, tmp_path: Path) -> None:
    (entry / "streaming" / "app.py").write_text("def\n")
    with pytest.raises(BundleError, match=r"Expected sources that compile, got: .*app\.py"):
        dataclasses.replace(BUNDLE, entry=entry).build(tmp_path / "out")


def test_missing_uv_fails_with_a_sentence(entry: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BundleError, match=r"Expected uv .* found none: run `make setup`"):
        Bundle(entry, PYTHON, "aarch64").build(tmp_path / "out")


def make_wheel_with_binary(folder: Path, *, elf_machine: int) -> Path:
    wheel = folder / "native-1.0-py3-none-any.whl"
    library = b"\x7fELF" + bytes(14) + struct.pack("<H", elf_machine)
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("native/fast.so", library)
        archive.writestr("native-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: native\nVersion: 1.0\n")
        archive.writestr("native-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr("native-1.0.dist-info/RECORD", "")
    return wheel
