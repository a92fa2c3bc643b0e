"""Nothing below app.py looks outside, so two synths of one commit are the same (test_app.py)."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.infrastructure.support import ROOT

# tools/local.py and infra/bundle/ start processes; what those print is hashed or checked, never templated.
OUTSIDE_MODULES = {"socket", "datetime", "time", "getpass", "random", "uuid", "secrets", "boto3", "urllib", "platform"}
MODULES = sorted((ROOT / "infra").rglob("*.py"))


@pytest.mark.parametrize("module", MODULES, ids=lambda m: str(m.relative_to(ROOT)))
def test_module_imports_nothing_that_reads_clock_network_or_user(module: Path) -> None:
    imported = {
        name.partition(".")[0]
        for node in ast.walk(ast.parse(module.read_text()))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names])
    }
    assert not imported & OUTSIDE_MODULES


@pytest.mark.parametrize("module", MODULES, ids=lambda m: str(m.relative_to(ROOT)))
def test_module_reads_neither_context_nor_environment(module: Path) -> None:
    names = {node.attr for node in ast.walk(ast.parse(module.read_text())) if isinstance(node, ast.Attribute)}
    assert not names & {"try_get_context", "get_context", "getenv"}
    if module.name != "installer.py":  # hands a part of its own environment on to uv
        assert "environ" not in names
