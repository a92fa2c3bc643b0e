"""Bytecode for the modules that a start imports, compiled by an interpreter of the runtime's version.

CDK's zip gives every file the same old time, so bytecode that is checked against its source's time is never used, and
each cold start compiles again. Unchecked bytecode is used as it is.
https://docs.python.org/3/reference/import.html#cached-bytecode-invalidation
(docs/architecture.md, deviation 1)
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

# Prints the sources of what is imported, from the bundle alone.
_TRACE = """
import importlib, sys
for name in sys.argv[2:]:
    importlib.import_module(name)
for module in list(sys.modules.values()):
    name = getattr(module, "__file__", None) or ""
    if name.startswith(sys.argv[1]) and name.endswith(".py"):
        print(name)
"""
_COMPILE = """
import py_compile, sys
try:
    for name in sys.stdin.read().splitlines():
        py_compile.compile(
            name,
            dfile="/var/task" + name.removeprefix(sys.argv[1]),
            doraise=True,
            invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
        )
except py_compile.PyCompileError as error:
    sys.exit(str(error))
"""


class CompileError(RuntimeError):
    """A source that does not compile, with what the interpreter says of it."""


@dataclass(frozen=True)
class Compiler:
    interpreter: str

    @property
    def version(self) -> str:
        """Empty when it does not run, as a version manager's stand-in for one that is not installed."""
        return self._run(["-V"]).stdout.strip()

    def compile(self, bundle: Path, imports: Sequence[str]) -> None:
        """The rest stays source: bytecode that no start reads makes the zip twice as large.

        A bundle that this machine cannot import, such as one with binaries for another, gets bytecode throughout.
        """
        traced = self._run(["-B", "-S", "-c", _TRACE, str(bundle), *imports], folder=bundle)
        files = traced.stdout if traced.returncode == 0 else "\n".join(map(str, sorted(bundle.rglob("*.py"))))
        compiled = self._run(["-c", _COMPILE, str(bundle)], stdin=files)
        if compiled.returncode:
            raise CompileError(compiled.stderr.strip())

    def _run(
        self, arguments: Sequence[str], *, folder: Path | None = None, stdin: str = ""
    ) -> subprocess.CompletedProcess[str]:
        # Hash randomisation would give each bundle other bytes for the same sources.
        environment = {"PATH": os.defpath, "PYTHONHASHSEED": "0"}
        command = [self.interpreter, *arguments]
        return subprocess.run(command, cwd=folder, env=environment, input=stdin, capture_output=True, text=True)
