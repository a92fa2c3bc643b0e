"""What ships: the entry folder plus its locked requirements, installed with uv for the function's platform.

Needs no CDK, so that bench/ and the tests can build one alone.
"""

from __future__ import annotations

import fnmatch
import hashlib
import json
import os
import shutil
import struct
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Literal

from functions.stream.streaming.host.start_imports import EXTRA_IMPORTS, START_IMPORTS

from ..settings import FUNCTION_ENTRY
from . import bytecode
from .bytecode import CompileError, Compiler

Machine = Literal["aarch64", "x86_64"]

_NOT_SHIPPED = ("requirements*", "__pycache__", "*.pyc", ".*")
# Left in the target by uv: its lock, and the packages' console scripts.
_LEFT_BY_INSTALLER = (".lock", "bin")
# https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html, e_machine
_ELF_MACHINES: dict[Machine, int] = {"x86_64": 62, "aarch64": 183}
_ELF_MACHINE_OFFSET = 18


class BundleError(RuntimeError):
    """The bundle cannot be made; the message says what was expected and what to do."""


@dataclass(frozen=True)
class Bundle:
    entry: Path
    #: The runtime's, such as 3.14.
    python_version: str
    machine: Machine
    #: Locks inside the entry, installed together.
    requirements: tuple[str, ...] = ("requirements.txt",)
    #: What a start imports, and so what is compiled.
    imports: tuple[str, ...] = ()

    @cached_property
    def asset_hash(self) -> str:
        """Of everything that changes the bundle: what ships, what installs it, and who compiles it."""
        digest = hashlib.sha256()
        compiler = self._compiler and self._compiler.version
        recipe = [self.python_version, self.machine, self.imports, self._installer_version, compiler]
        digest.update(json.dumps(recipe).encode())
        locks = [self.entry / name for name in self.requirements]
        inputs = [*self._shipped(), *locks, Path(__file__), Path(bytecode.__file__)]
        for path in inputs:
            name = path.relative_to(self.entry).as_posix() if path.is_relative_to(self.entry) else path.name
            executable = os.access(path, os.X_OK)
            digest.update(json.dumps([name, executable, path.stat().st_size]).encode())
            digest.update(path.read_bytes())
        return digest.hexdigest()

    def build(self, target: Path) -> None:
        """Raises BundleError when a wheel is missing or made for another machine, or when there is no uv."""
        self._copy_sources(target)
        self._install_requirements(target)
        self._refuse_foreign_binaries(target)
        self._compile(target)
        _make_readable(target)

    def _shipped(self) -> Iterator[Path]:
        for folder, folders, files in os.walk(self.entry):
            folders[:] = sorted(name for name in folders if _ships(name))
            yield from (Path(folder, name) for name in sorted(files) if _ships(name))

    def _copy_sources(self, target: Path) -> None:
        for source in self._shipped():
            copy = target / source.relative_to(self.entry)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, copy)

    def _install_requirements(self, target: Path) -> None:
        command = ["pip", "install", "--quiet", "--target", str(target)]
        command += [argument for name in self.requirements for argument in ("--requirement", name)]
        command += ["--require-hashes", "--no-deps", "--only-binary", ":all:", "--no-config"]
        command += ["--python-version", self.python_version, "--python-platform", f"{self.machine}-manylinux_2_28"]
        installed = _uv(command, self.entry)
        if installed.returncode:
            raise BundleError(
                f"Expected wheels for Python {self.python_version} on {self.machine} of all that "
                f"{self._locks} names, got from uv: {installed.stderr.strip()}. "
                "Choose a version that has such a wheel and run `make lock`."
            )
        for name in _LEFT_BY_INSTALLER:
            left = target / name
            shutil.rmtree(left) if left.is_dir() else left.unlink(missing_ok=True)

    def _refuse_foreign_binaries(self, target: Path) -> None:
        for library in sorted(target.rglob("*.so*")):
            head = library.read_bytes()[: _ELF_MACHINE_OFFSET + 2]
            if head[:4] != b"\x7fELF":
                continue
            (machine,) = struct.unpack_from("<H", head, _ELF_MACHINE_OFFSET)
            if machine != _ELF_MACHINES[self.machine]:
                raise BundleError(
                    f"Expected binaries for {self.machine}, got {library.relative_to(target)} for ELF machine "
                    f"{machine}: {self._locks} names a wheel of another architecture; name one for this."
                )

    @property
    def _locks(self) -> str:
        return " or ".join(self.requirements)

    @cached_property
    def _installer_version(self) -> str:
        return _uv(["--version"], self.entry).stdout.strip()

    @cached_property
    def _compiler(self) -> Compiler | None:
        """By its name, or one of uv's own: uv itself would start every Python on PATH, a third of a second a synth."""
        on_path = shutil.which(f"python{self.python_version}")
        if on_path and Compiler(on_path).version:
            return Compiler(on_path)
        found = _uv(["python", "find", "--managed-python", "--no-config", self.python_version], self.entry)
        return Compiler(found.stdout.strip()) if found.returncode == 0 else None

    def _compile(self, target: Path) -> None:
        if self._compiler is None:
            _say(
                "Bundled without bytecode, so every cold start compiles the sources and takes about twice as long: "
                f"no Python {self.python_version} was found. Get it with `uv python install {self.python_version}`."
            )
            return
        try:
            self._compiler.compile(target, self.imports)
        except CompileError as error:
            raise BundleError(f"Expected sources that compile, got: {error}. Correct the source.") from error


@cache  # the functions of all stages share it, and with it the hash, which asks uv and the interpreter
def stream_bundle(source: str, python_version: str, machine: Machine, extras: tuple[str, ...] = ()) -> Bundle:
    """Of functions/stream, with what that source and each extra need beside requirements.txt: requirements-NAME.txt."""
    own = [f"requirements-{name}.txt" for name in (source, *extras)]
    return Bundle(
        FUNCTION_ENTRY,
        python_version,
        machine,
        requirements=("requirements.txt", *(name for name in own if (FUNCTION_ENTRY / name).exists())),
        imports=(
            *START_IMPORTS,
            f"streaming.sources.{source}",
            *(module for extra in extras for module in EXTRA_IMPORTS[extra]),
        ),
    )


def _ships(name: str) -> bool:
    return not any(fnmatch.fnmatch(name, pattern) for pattern in _NOT_SHIPPED)


def _uv(arguments: Sequence[str], folder: Path) -> subprocess.CompletedProcess[str]:
    uv = Path(sys.prefix, "bin", "uv")
    program = str(uv) if uv.exists() else shutil.which("uv")
    if program is None:
        raise BundleError("Expected uv beside this interpreter or on PATH, found none: run `make setup`.")
    # An interpreter that is not there is never downloaded behind the user's back.
    environment = {**os.environ, "UV_PYTHON_DOWNLOADS": "never", "NO_COLOR": "1"}
    return subprocess.run([program, *arguments], cwd=folder, env=environment, capture_output=True, text=True)


def _make_readable(target: Path) -> None:
    """A strict umask on this machine would be `permission denied` on Lambda, which runs as another user."""
    for path in target.rglob("*"):
        path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)


def _say(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")
