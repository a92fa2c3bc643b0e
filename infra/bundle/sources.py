"""What ships of the entry folder, as it ships.

Everything does, links followed, but for the locks at its top, bytecode, and names that begin with a dot.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from .errors import BundleError

_NOT_SHIPPED = ("__pycache__", "*.pyc", ".*")
_LOCKS = ("requirements*.txt", "requirements*.in")
_SHEBANG = b"#!"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class SourceFile:
    path: Path
    #: Its path inside the bundle, with slashes.
    name: str

    @cached_property
    def content(self) -> bytes:
        r"""A script's lines end as Linux wants them: it would look for an interpreter of the name `sh\r`."""
        content = self.path.read_bytes()
        if content.startswith(_BYTE_ORDER_MARK + _SHEBANG):
            raise BundleError(
                f"Expected {self.path} to begin with '#!', got a byte order mark before it, which Linux takes for "
                "another program: save the file as UTF-8 without one."
            )
        first_line = content.partition(b"\n")[0]
        is_windows_script = first_line.startswith(_SHEBANG) and first_line.endswith(b"\r")
        return content.replace(b"\r\n", b"\n") if is_windows_script else content

    @property
    def is_executable(self) -> bool:
        """Also a script whose checkout lost the bit, as on Windows: without it, the function would never start."""
        return self.content.startswith(_SHEBANG) or bool(self.path.stat().st_mode & 0o100)


def source_files(entry: Path) -> Iterator[SourceFile]:
    """Raises BundleError for a link that leads nowhere or back, and for what is neither a file nor a folder."""
    return _files(entry, entry, ())


def copy_sources(files: Iterable[SourceFile], target: Path) -> None:
    for file in files:
        copy = target / file.name
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(file.content)
        copy.chmod(0o755 if file.is_executable else 0o644)


def require_scripts_as_they_ship(files: Iterable[SourceFile]) -> None:
    """For an installer that copies them as they stand in the checkout."""
    for file in files:
        is_executable = bool(file.path.stat().st_mode & 0o100)
        if file.name.endswith(".sh") and (not is_executable or file.path.read_bytes() != file.content):
            raise BundleError(
                f"Expected {file.path} to be executable, with lines that end in LF, got mode "
                f"{file.path.stat().st_mode & 0o777:o} or CRLF: correct it, or take the bundler 'uv', which does."
            )


def _files(folder: Path, entry: Path, above: tuple[Path, ...]) -> Iterator[SourceFile]:
    here = folder.resolve()
    if here in above:
        raise BundleError(f"Expected folders with an end, got {folder}, a link to {here} around it: remove the link.")
    for path in sorted(folder.iterdir()):
        if not _ships(path.name, at_top=folder == entry):
            continue
        if path.is_dir():
            yield from _files(path, entry, (*above, here))
        elif path.is_file():
            yield SourceFile(path, path.relative_to(entry).as_posix())
        else:
            got = f"a link to {path.readlink()}, where there is none" if path.is_symlink() else "another kind of file"
            raise BundleError(f"Expected a file or a folder at {path}, got {got}: correct or remove it.")


def _ships(name: str, *, at_top: bool) -> bool:
    patterns = (*_NOT_SHIPPED, *_LOCKS) if at_top else _NOT_SHIPPED
    return not any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)
