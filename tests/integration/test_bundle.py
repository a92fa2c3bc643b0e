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
from infra.bundle.bundle import Bundle, Machine, stream_bundle
from infra.bundle.errors import BundleError
from infra.function.adapter_variables import EXEC_WRAPPER, HEALTH_PATH, READINESS_CHECK_PATH, RUN_SH
from infra.settings import FUNCTION_ENTRY
from tools.assembly import SynthesizedFunction
from tools.local import running

# The interpreter of the tests stands in for Lambda's, so that the bundle gets its bytecode on every machine.
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
MACHINE: Machine = "aarch64" if platform.machine() in ("aarch64", "arm64") else "x86_64"
ENVIRONMENT = {EXEC_WRAPPER: RUN_SH, READINESS_CHECK_PATH: HEALTH_PATH}
BUNDLE = stream_bundle("local", PYTHON, "aarch64")
# What the environment of a developer or of a build machine may hold.
HOSTILE = {
    "UV_COMPILE_BYTECODE": "1",
    "UV_LINK_MODE": "symlink",
    "UV_PYTHON": "2.7",
    "UV_NO_BINARY": "1",
    "UV_EXCLUDE_NEWER": "2000-01-01",
    "UV_CONSTRAINT": "{folder}/missing",
    "UV_CONFIG_FILE": "{folder}/missing.toml",
    "UV_WORKING_DIR": "{folder}",
    "UV_BREAK_SYSTEM_PACKAGES": "0",
    "VIRTUAL_ENV": "{folder}/missing",
    "PIP_TARGET": "{folder}/elsewhere",
    "PIP_REQUIREMENT": "{folder}/missing.txt",
    "PYTHONHASHSEED": "7",
    "PYTHONOPTIMIZE": "2",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONPYCACHEPREFIX": "{folder}/elsewhere",
    "PYTHONPATH": "{folder}",
    "PYTHONSAFEPATH": "1",
    "SOURCE_DATE_EPOCH": "1",
}
# https://peps.python.org/pep-0552/: bit 0 of the flags says that a hash follows, bit 1 that it is checked.
UNCHECKED_HASH = 0b01


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("bundle")
    BUNDLE.build(target)
    return target


def files_of(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file())


def bytes_and_modes(folder: Path) -> dict[str, tuple[str, int]]:
    return {
        str(path.relative_to(folder)): (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mode)
        for path in files_of(folder)
    }


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


def test_builds_of_two_checkouts_are_the_same_bytes_whatever_the_environment_says(
    built: Path, entry: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in HOSTILE.items():
        monkeypatch.setenv(name, value.format(folder=tmp_path))
    monkeypatch.chdir(tmp_path)
    target = tmp_path / "a folder of another length" / "bundle"
    target.mkdir(parents=True)
    mask = os.umask(0o077)
    try:
        bundle = dataclasses.replace(BUNDLE, entry=entry)
        bundle.build(target)
    finally:
        os.umask(mask)
    assert bytes_and_modes(target) == bytes_and_modes(built)
    assert bundle.asset_hash == dataclasses.replace(BUNDLE).asset_hash


def test_bundle_over_a_link_is_the_same_bytes(built: Path, tmp_path: Path) -> None:
    """`cdk synth -o /tmp/out` on macOS, where /tmp is one."""
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    BUNDLE.build(tmp_path / "link")
    assert bytes_and_modes(tmp_path / "real") == bytes_and_modes(built)


def test_bundle_names_no_folder_of_this_machine(entry: Path, tmp_path: Path) -> None:
    write_wheel(tmp_path, {"native-1.0.data/scripts/tool": b"#!python\n"}, lock=entry / "requirements.txt")
    target = tmp_path / "out"
    Bundle(entry, PYTHON, "aarch64").build(target)
    folders = [os.fsencode(folder) for folder in (tmp_path, sys.prefix, sys.base_prefix)]
    assert not [path for path in files_of(target) for folder in folders if folder in path.read_bytes()]
    record = (target / "native-1.0.dist-info" / "RECORD").read_text()
    assert [line.partition(",")[0] for line in record.splitlines()] == sorted(
        path.relative_to(target).as_posix()
        for path in files_of(target)
        if path.parts[-2].startswith("native") and path.suffix != ".pyc"
    )


def test_source_that_prints_is_compiled_all_the_same(entry: Path, tmp_path: Path) -> None:
    with (entry / "streaming" / "app.py").open("a") as app:
        app.write("print('ready')\n")
    dataclasses.replace(BUNDLE, entry=entry).build(tmp_path / "out")
    assert list((tmp_path / "out" / "streaming" / "__pycache__").glob("app.*.pyc"))


def test_start_that_cannot_be_imported_here_gives_bytecode_throughout_and_is_said(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    dataclasses.replace(BUNDLE, imports=("streaming.app", "streaming.sources.none")).build(tmp_path)
    assert len(list(tmp_path.rglob("*.pyc"))) == len(list(tmp_path.rglob("*.py")))
    assert "No module named 'streaming.sources.none'" in capfd.readouterr().err


def test_bundle_of_which_nothing_is_compiled_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r"Expected .* to write bytecode into .*, got none for 0 files"):
        dataclasses.replace(BUNDLE, imports=("json",)).build(tmp_path)


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
    (entry / "streaming" / "app.py").chmod(0o755)
    with_run_bit = hash_of(entry)
    (entry / "streaming" / "new.py").write_text("")
    with_new_file = hash_of(entry)
    (entry / "requirements.txt").write_text("# none\n")
    assert len({before, with_run_bit, with_new_file, hash_of(entry)}) == 4


def test_hash_ignores_what_does_not_ship(entry: Path) -> None:
    before = hash_of(entry)
    (entry / "streaming" / "__pycache__").mkdir()
    (entry / "streaming" / "__pycache__" / "app.pyc").write_bytes(b"stale")
    (entry / ".DS_Store").write_bytes(b"")
    (entry / "requirements.in").write_text("# edited, not locked yet\n")
    assert hash_of(entry) == before


def test_packages_come_from_pip_s_own_index(entry: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wheel = write_wheel(tmp_path, {}, lock=entry / "requirements.txt")
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    (entry / "requirements.txt").write_text(f"native==1.0 --hash=sha256:{digest}\n")
    (tmp_path / "index" / "native").mkdir(parents=True)
    (tmp_path / "index" / "native" / "index.html").write_text(f'<a href="{wheel.as_uri()}">{wheel.name}</a>')
    for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_INDEX_URL", (tmp_path / "index").as_uri())
    Bundle(entry, PYTHON, "aarch64").build(tmp_path / "out")
    assert (tmp_path / "out" / "native" / "__init__.py").exists()


def test_missing_wheel_fails_with_a_sentence(entry: Path, tmp_path: Path) -> None:
    (entry / "requirements.txt").write_text(f"starlette==0.0.0 --hash=sha256:{'0' * 64}\n")
    with pytest.raises(BundleError, match=r"(?s)Expected wheels for Python .* on aarch64 .* run `make lock`"):
        Bundle(entry, PYTHON, "aarch64").build(tmp_path / "out")


def test_binary_for_another_machine_fails_with_a_sentence(entry: Path, tmp_path: Path) -> None:
    library = b"\x7fELF" + bytes(14) + struct.pack("<H", 62)  # x86_64
    write_wheel(tmp_path, {"native/fast.so": library}, lock=entry / "requirements.txt")
    with pytest.raises(BundleError, match=r"Expected binaries for aarch64, got native/fast\.so for ELF machine 62"):
        Bundle(entry, PYTHON, "aarch64").build(tmp_path / "out")
    Bundle(entry, PYTHON, "x86_64").build(tmp_path / "right")


@pytest.mark.parametrize("python_version", [PYTHON, "3.99"], ids=["the runtime's Python", "another Python"])
@pytest.mark.parametrize("source", ["def\n", "print 'one'\n", "return 1\n", "x = (\n", "\0\n", "# coding: none\n"])
def test_source_that_does_not_compile_fails_with_a_sentence(
    entry: Path, tmp_path: Path, python_version: str, source: str
) -> None:
    """No start imports it."""
    (entry / "streaming" / "late.py").write_text(source)
    with pytest.raises(BundleError, match=r"Expected sources that compile, got: streaming/late\.py.*: .*\. Correct"):
        Bundle(entry, python_version, "aarch64").build(tmp_path / "out")


def test_source_that_only_a_newer_python_understands_is_bundled(
    entry: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (entry / "streaming" / "late.py").write_text("try:\n    pass\nexcept OSError, ValueError:\n    pass\n")
    Bundle(entry, "3.99", "aarch64").build(tmp_path / "out")
    doubted = "streaming/late.py, line 3" in capfd.readouterr().err
    assert doubted == (sys.version_info < (3, 14))  # https://peps.python.org/pep-0758/


def test_missing_uv_fails_with_a_sentence(entry: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BundleError, match=r"Expected uv .* found none: run `make setup`"):
        Bundle(entry, PYTHON, "aarch64").build(tmp_path / "out")


def write_wheel(folder: Path, files: dict[str, bytes], *, lock: Path) -> Path:
    """A package with these files, which the lock then names alone."""
    wheel = folder / "native-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("native/__init__.py", "")
        archive.writestr("native-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: native\nVersion: 1.0\n")
        archive.writestr("native-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr("native-1.0.dist-info/RECORD", "")
        for name, content in files.items():
            archive.writestr(name, content)
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    lock.write_text(f"native @ {wheel.as_uri()} --hash=sha256:{digest}\n")
    return wheel
