"""What a reviewer reads of the templates of a pull request."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_sns as sns

from tests.infrastructure.support import ROOT, make_app


def synthesise(folder: Path, topics: Mapping[str, str]) -> Path:
    """One stack for each topic, whose display name is the value."""
    app = make_app(outdir=str(folder))
    stage = cdk.Stage(app, "dev")
    for stack_id, display_name in topics.items():
        sns.Topic(cdk.Stack(stage, stack_id), "Topic", display_name=display_name)
    app.synth()
    return folder


def compare(base: Path, head: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "tools/compare_templates.py", str(base), str(head)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return synthesise(tmp_path_factory.mktemp("base"), {"Changed": "before", "Gone": "gone", "Same": "same"})


def test_changed_new_and_lost_stacks_are_told_apart(base: Path, tmp_path: Path) -> None:
    compared = compare(base, synthesise(tmp_path, {"Changed": "after", "New": "new", "Same": "same"}))
    assert compared.returncode == 0, compared.stderr
    heading, changed, gone, new = compared.stdout.split("\n### ")
    assert heading == "## Templates\n"
    assert changed.startswith("dev/Changed\n")
    assert "[-] before" in changed
    assert "[+] after" in changed
    assert gone.startswith("dev/Gone\n\nIt is no longer in the app.")
    assert new.startswith("dev/New, new\n")
    assert "[+] AWS::SNS::Topic" in new


def test_same_templates_are_one_sentence(base: Path) -> None:
    assert compare(base, base).stdout == "## Templates\n\nNo template differs.\n"


def test_comparison_that_fails_says_what_the_cli_said(tmp_path: Path) -> None:
    base, head = (synthesise(tmp_path / name, {"Changed": name}) for name in ("base", "head"))
    (template,) = base.glob("*/devChanged*.template.json")
    template.write_text("null")
    compared = compare(base, head)
    assert compared.returncode == 1
    assert compared.stderr.startswith("Expected `cdk diff` to compare two templates, got an error: ")
