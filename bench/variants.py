"""This project with one thing changed, to see what that thing takes or spares."""

from __future__ import annotations

import shutil
from pathlib import Path

from . import contenders
from .contender import OurContender

_OURS = Path(__file__).parent / "peers" / "ours"
_POWERTOOLS = Path(__file__).parent / "peers" / "powertools" / "requirements.txt"
_NO_STAND_INS = """
def import_lightly(*modules, without):
    pass
"""


def without_stand_ins() -> OurContender:
    return contenders.changed_ours(
        "ours, every import", lambda streaming: (streaming / "host" / "lean_imports.py").write_text(_NO_STAND_INS)
    )


def collecting_garbage() -> OurContender:
    return contenders.changed_ours(
        "ours, collecting",
        lambda streaming: _replace(streaming / "host" / "__main__.py", "gc.disable()", "gc.enable()"),
    )


def without_metrics() -> OurContender:
    return contenders.changed_ours(
        "ours, no metrics",
        lambda streaming: shutil.copy(_OURS / "no_records.py", streaming / "records" / "stream_record.py"),
    )


def with_powertools() -> OurContender:
    """What the metrics would take if they were those of the library made for it."""

    def change(streaming: Path) -> None:
        shutil.copy(_OURS / "no_records.py", streaming / "records" / "stream_record.py")
        _replace(
            streaming / "records" / "stream_record.py",
            "\nclass",
            "\nfrom aws_lambda_powertools import Metrics\n\nclass",
        )
        contenders.install(_POWERTOOLS, streaming.parent)

    return contenders.changed_ours("ours, aws-lambda-powertools", change)


def _replace(path: Path, old: str, new: str) -> None:
    source = path.read_text()
    if old not in source:
        raise LookupError(f"Expected {old!r} in {path.name}, found none: correct what the bench changes.")
    path.write_text(source.replace(old, new, 1))
