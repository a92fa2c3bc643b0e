"""The same contender with another kind of bytecode: none, valid, or what CDK's zip makes of it."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from .contender import Contender
from .contenders import CACHE, interpreter

ContenderT = TypeVar("ContenderT", bound=Contender)

# What every file in CDK's zip is dated. https://github.com/aws/aws-cdk/blob/main/packages/aws-cdk-lib/core/lib/fs
_CDK_TIME = 315_532_800


def without_bytecode(contender: ContenderT) -> ContenderT:
    return _copy(contender, "no bytecode")


def with_bytecode(contender: ContenderT) -> ContenderT:
    """Of every module, never checked against its source."""
    copy = _copy(contender, "bytecode")
    _compile(copy.folder, "unchecked-hash")
    return copy


def with_stale_bytecode(contender: ContenderT) -> ContenderT:
    """As compiled by default, checked against the time that its source had before it was zipped."""
    copy = _copy(contender, "stale bytecode")
    _compile(copy.folder, "timestamp")
    for path in copy.folder.rglob("*"):
        os.utime(path, (_CDK_TIME, _CDK_TIME))
    return copy


def _copy(contender: ContenderT, kind: str) -> ContenderT:
    name = f"{contender.name}, {kind}"
    folder = CACHE / name
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(contender.folder, folder, ignore=shutil.ignore_patterns("__pycache__"))
    command = tuple(argument.replace(str(contender.folder), str(folder)) for argument in contender.command)
    return replace(contender, name=name, folder=folder, command=command)


def _compile(folder: Path, mode: str) -> None:
    command = [interpreter(), "-m", "compileall", "-q", "-j", "0", "--invalidation-mode", mode, str(folder)]
    # Packages may ship files for other versions of Python, which do not compile.
    subprocess.run(command, stdout=subprocess.DEVNULL)
