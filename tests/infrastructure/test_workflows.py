"""The workflows fit the app, and `make check` bites on one that is careless."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from infra.function import adapter_release
from infra.function.web_function import WebFunction
from infra.stages import stages
from tests.infrastructure.support import ROOT

WORKFLOWS = ROOT / ".github" / "workflows"
PINNED = "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """What the gate reads, to be spoilt."""
    shutil.copytree(WORKFLOWS, tmp_path / ".github" / "workflows")
    shutil.copy(ROOT / "renovate.json", tmp_path)
    return tmp_path


def complaints(folder: Path, *tools: str) -> str:
    """Of those commands of `make check` with these tools that fail."""
    planned = subprocess.run(["make", "--dry-run", "check"], cwd=ROOT, capture_output=True, text=True, check=True)
    commands = [line for line in planned.stdout.splitlines() if line.startswith(tools)]
    assert {command.partition(" ")[0] for command in commands} == set(tools)
    runs = [subprocess.run(["sh", "-c", command], cwd=folder, capture_output=True, text=True) for command in commands]
    return "".join(run.stdout + run.stderr for run in runs if run.returncode)


def test_gate_lets_the_workflows_pass(copy: Path) -> None:
    assert complaints(copy, "zizmor", "check-jsonschema") == ""


@pytest.mark.parametrize(
    ("file", "good", "bad", "complaint"),
    [
        ("checks.yml", PINNED, "actions/checkout@v7", "unpinned-uses"),
        ("checks.yml", "persist-credentials: false", "fetch-depth: 1", "artipacked"),
        ("checks.yml", "permissions: {}", "permissions: write-all", "excessive-permissions"),
        ("deploy-stage.yml", "run: make deploy", 'run: echo "${{ vars.X }}"', "template-injection"),
    ],
)
def test_careless_workflow_fails_the_gate(copy: Path, file: str, good: str, bad: str, complaint: str) -> None:
    spoil(copy / ".github" / "workflows" / file, good, bad)
    assert complaint in complaints(copy, "zizmor")


@pytest.mark.parametrize(
    ("file", "good", "bad", "complaint"),
    [
        (".github/workflows/deploy.yml", "    needs: checks", "    need: checks", "deploy.yml::$.jobs.dev"),
        (".github/workflows/checks.yml", "    timeout-minutes: 45\n", "", "'timeout-minutes' is a required property"),
        ("renovate.json", '"extends": [', '"extends": 3, "ignoreDeps": [', "3 is not of type 'array'"),
    ],
)
def test_document_of_another_shape_fails_the_gate(copy: Path, file: str, good: str, bad: str, complaint: str) -> None:
    spoil(copy / file, good, bad)
    assert complaint in complaints(copy, "check-jsonschema")


def spoil(file: Path, good: str, bad: str) -> None:
    sound = file.read_text()
    assert good in sound
    file.write_text(sound.replace(good, bad))


def test_deployments_are_of_every_stage_in_its_order() -> None:
    deployed = re.findall(r"^      stage: (\w+)$", (WORKFLOWS / "deploy.yml").read_text(), re.MULTILINE)
    assert deployed == [stage.name for stage in stages()]


def test_deployed_bytecode_is_for_the_runtime() -> None:
    runtime = WebFunction.RUNTIME.name.removeprefix("python")
    assert f"uv python install {runtime}\n" in (WORKFLOWS / "deploy-stage.yml").read_text()


def test_renovate_finds_the_version_of_the_adapter() -> None:
    (manager,) = json.loads((ROOT / "renovate.json").read_text())["customManagers"]
    (file_pattern,), (version_pattern,) = manager["managerFilePatterns"], manager["matchStrings"]
    release = Path(adapter_release.__file__)
    assert re.search(file_pattern.strip("/"), str(release.relative_to(ROOT)))
    found = re.search(version_pattern.replace("(?<", "(?P<"), release.read_text())
    assert found
    assert found["currentValue"] == adapter_release.VERSION


def test_pull_request_cannot_become_a_deploy_role() -> None:
    able = [workflow for workflow in WORKFLOWS.glob("*.yml") if "id-token" in workflow.read_text()]
    assert able
    assert not [workflow.name for workflow in able if "pull_request" in workflow.read_text()]
