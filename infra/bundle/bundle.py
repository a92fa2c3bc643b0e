"""What ships: the entry folder plus its locked requirements, installed with uv for the function's platform.

Needs no CDK, so that bench/ and the tests can build one alone.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import struct
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Literal

from functions.stream.streaming.host.start_imports import EXTRA_IMPORTS, START_IMPORTS

from ..settings import FUNCTION_ENTRY
from .bytecode import Interpreter, InterpreterError
from .errors import BundleError
from .installer import find_managed_python, install, installer_version
from .sources import copy_sources, source_files
from .syntax import check_syntax

Machine = Literal["aarch64", "x86_64"]

# https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html, e_machine
_ELF_MACHINES: dict[Machine, int] = {"x86_64": 62, "aarch64": 183}
_ELF_MACHINE_OFFSET = 18


@dataclass(frozen=True)
class Bundle:
    entry: Path
    #: The runtime's, such as 3.14.
    python_version: str
    machine: Machine
    #: Locks inside the entry, installed together.
    requirements: tuple[str, ...] = ("requirements.txt",)
    #: What a start imports, and so what is compiled; all is, where none is named.
    imports: tuple[str, ...] = ()

    @cached_property
    def asset_hash(self) -> str:
        """The hash of everything that changes the bundle: what ships, what installs it, and who compiles it."""
        digest = hashlib.sha256()
        compiler = self._compiler and self._compiler.version
        recipe = [self.python_version, self.machine, self.imports, self._installer_version, compiler]
        digest.update(json.dumps(recipe).encode())
        for name, is_executable, content in self._inputs():
            digest.update(json.dumps([name, is_executable, len(content)]).encode())
            digest.update(content)
        return digest.hexdigest()

    def build(self, target: Path) -> None:
        """Raises BundleError when a source is broken, a wheel is missing or for another machine, or uv is not there."""
        # Python tells of its modules by their real path; a given one may lead over a link, as /tmp does on macOS.
        target = target.resolve()
        sources = list(source_files(self.entry))
        modules = [source.name for source in sources if source.name.endswith(".py")]
        for doubt in check_syntax(self.entry, modules, self.python_version, self._compiler):
            _say(doubt)
        self._install_requirements(target)
        # After the packages, so that what the installer leaves is cleared away, and never a source of its name.
        copy_sources(sources, target)
        self._refuse_foreign_binaries(target)
        self._compile(target)
        _make_readable(target)

    def _inputs(self) -> Iterator[tuple[str, bool, bytes]]:
        for source in source_files(self.entry):
            yield source.name, source.is_executable, source.content
        for lock in self.requirements:
            yield lock, False, (self.entry / lock).read_bytes()
        for module in sorted(Path(__file__).parent.glob("*.py")):
            yield module.name, False, module.read_bytes()

    def _install_requirements(self, target: Path) -> None:
        failure = install(
            self.requirements,
            self.entry,
            target,
            python_version=self.python_version,
            platform=f"{self.machine}-manylinux_2_28",
        )
        if failure is not None:
            raise BundleError(
                f"Expected wheels for Python {self.python_version} on {self.machine} of all that "
                f"{self._locks} names, got from uv: {failure}. "
                "Choose a version that has such a wheel and run `make lock`."
            )

    def _refuse_foreign_binaries(self, target: Path) -> None:
        for library, machine in _binaries(target):
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
        return installer_version()

    @cached_property
    def _compiler(self) -> Interpreter | None:
        """The running interpreter, or one by its name, or one of uv's own, whichever is of the runtime's version."""
        if self.python_version == f"{sys.version_info.major}.{sys.version_info.minor}":
            return Interpreter(sys.executable)
        on_path = shutil.which(f"python{self.python_version}")
        if on_path and Interpreter(on_path).version:
            return Interpreter(on_path)
        managed = find_managed_python(self.python_version)
        return Interpreter(managed) if managed else None

    def _compile(self, target: Path) -> None:
        if self._compiler is None:
            _say(
                "Bundled without bytecode, so every cold start compiles the sources and takes about twice as long: "
                f"no Python {self.python_version} was found. Get it with `uv python install {self.python_version}`."
            )
            return
        self._compiler.compile(target, self._files_to_compile(self._compiler, target))

    def _files_to_compile(self, compiler: Interpreter, target: Path) -> list[str]:
        """What a start imports: bytecode that no start reads makes the zip twice as large.

        A bundle with binaries gets it throughout: only some machines can import it, and all shall make the same.
        """
        everything = [str(path) for path in sorted(target.rglob("*.py"))]
        if not self.imports or any(_binaries(target)):
            return everything
        try:
            return compiler.imported(target, self.imports)
        except InterpreterError as error:
            _say(f"Bundled with bytecode throughout, so the zip is about twice as large. {error}")
            return everything


@cache  # the functions of all stages share it, and with it the hash, which asks uv and the interpreter
def stream_bundle(source: str, python_version: str, machine: Machine, extras: tuple[str, ...] = ()) -> Bundle:
    """functions/stream, with what that source and each extra need beside requirements.txt: requirements-NAME.txt."""
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


def _binaries(target: Path) -> Iterator[tuple[Path, int]]:
    """The shared libraries, and the number of the machine that each is for."""
    for library in sorted(target.rglob("*.so*")):
        head = library.read_bytes()[: _ELF_MACHINE_OFFSET + 2]
        if head[:4] == b"\x7fELF":
            yield library, struct.unpack_from("<H", head, _ELF_MACHINE_OFFSET)[0]


def _make_readable(target: Path) -> None:
    """A strict umask on this machine would be `permission denied` on Lambda, which runs as another user."""
    for path in target.rglob("*"):
        path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)


def _say(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")
