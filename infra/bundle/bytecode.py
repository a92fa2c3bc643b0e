"""An interpreter that makes bytecode for the modules that a start imports, and finds syntax errors.

CDK's zip gives every file the same old time, so bytecode that is checked against its source's time is never used, and
each cold start compiles again. Unchecked bytecode is used as it is.
https://docs.python.org/3/reference/import.html#cached-bytecode-invalidation
(docs/architecture.md, deviation 1)
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .errors import BundleError

# Prints the sources of what is imported, from the bundle alone; what a module prints meanwhile is none of these.
_TRACE = """
import importlib, sys
stdout, sys.stdout = sys.stdout, sys.stderr
for name in sys.argv[2:]:
    importlib.import_module(name)
for module in list(sys.modules.values()):
    name = getattr(module, "__file__", None) or ""
    if name.startswith(sys.argv[1]) and name.endswith(".py"):
        print(name, file=stdout)
"""
# Leaves out what does not compile: our own sources have been checked, and a package may ship a file for other versions.
_COMPILE = """
import py_compile, sys
for name in sys.stdin.read().splitlines():
    py_compile.compile(
        name,
        dfile="/var/task" + name.removeprefix(sys.argv[1]),
        quiet=2,
        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
    )
"""
_CHECK = """
import json, sys
PARSE_ONLY = 0x400  # ast.PyCF_ONLY_AST
ERRORS = SyntaxError, ValueError, RecursionError, MemoryError
def parses(source):
    try:
        return bool(compile(source, "", "exec", PARSE_ONLY))
    except ERRORS:
        return False
faults = []
for name in sys.stdin.read().splitlines():
    with open(name, "rb") as file:
        source = file.read()
    try:
        compile(source, name, "exec")
    except ERRORS as error:
        line = getattr(error, "lineno", None)  # without one, it is the file's encoding or size
        where = f"{name}, line {line}" if line else name
        faults.append([name, f"{where}: {getattr(error, 'msg', error)}", bool(line) and not parses(source)])
print(json.dumps(faults))
"""


class InterpreterError(BundleError):
    """The interpreter ended with an error, or without what it was to make."""


@dataclass(frozen=True)
class SyntaxFault:
    name: str
    message: str
    #: A newer Python may understand what this one cannot parse; what it parses and refuses is refused by every one.
    is_grammar: bool


@dataclass(frozen=True)
class Interpreter:
    program: str

    @property
    def version(self) -> str:
        """Empty when it does not run, as a version manager's stand-in for one that is not installed."""
        return self._run(["-V"]).stdout.strip()

    def syntax_faults(self, folder: Path, names: Sequence[str]) -> list[SyntaxFault]:
        printed = self._print("check the sources", ["-c", _CHECK], folder=folder, stdin="\n".join(names))
        return [SyntaxFault(*fault) for fault in json.loads(printed)]

    def imported(self, bundle: Path, imports: Sequence[str]) -> list[str]:
        """The bundle's own modules among those that these imports load."""
        task = f"import {', '.join(imports)}"
        return self._print(task, ["-B", "-c", _TRACE, str(bundle), *imports], folder=bundle).splitlines()

    def compile(self, bundle: Path, files: Sequence[str]) -> None:
        task = f"write bytecode into {bundle}"
        self._print(task, ["-c", _COMPILE, str(bundle)], stdin="\n".join(files))
        if not any(bundle.rglob("*.pyc")):
            raise InterpreterError(
                f"Expected {self.program} to {task}, got none for {len(files)} files: look whether it may write there."
            )

    def _print(self, task: str, arguments: Sequence[str], *, folder: Path | None = None, stdin: str = "") -> str:
        ended = self._run(arguments, folder=folder, stdin=stdin)
        if ended.returncode:
            last_line = ended.stderr.strip().rpartition("\n")[2]
            raise InterpreterError(f"Expected {self.program} to {task}, got {last_line!r}: look at what it names.")
        return ended.stdout

    def _run(
        self, arguments: Sequence[str], *, folder: Path | None = None, stdin: str = ""
    ) -> subprocess.CompletedProcess[str]:
        # Hash randomisation would give each bundle other bytes for the same sources.
        environment = {"PATH": os.defpath, "PYTHONHASHSEED": "0"}
        # What is installed into the interpreter is no part of the bundle, and may print or import what it likes.
        command = [self.program, "-S", *arguments]
        return subprocess.run(
            command, cwd=folder, env=environment, input=stdin, capture_output=True, text=True, encoding="utf-8"
        )
