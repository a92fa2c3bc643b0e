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


def planned(*arguments: str) -> list[str]:
    """The commands that make would run."""
    # As the first make: one that another started says so, before and after.
    dry_run = ["make", "--dry-run", "--no-print-directory", *arguments]
    return subprocess.run(dry_run, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()


def complaints(folder: Path, *tools: str) -> str:
    """What those commands of `make check` with these tools say that fail."""
    commands = [line for line in planned("check") if line.startswith(tools)]
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
        ("deploy-stage.yml", "run: make deploy ASSEMBLY=cdk.out", 'run: echo "${{ vars.X }}"', "template-injection"),
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


def test_code_of_the_adapter_is_compared_before_a_deployment() -> None:
    steps = (WORKFLOWS / "deploy-stage.yml").read_text()
    assert 0 < steps.index("python -m tools.adapter_digest") < steps.index("run: make deploy")


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


def test_token_of_a_deploy_role_is_out_of_reach_for_what_synthesises() -> None:
    assembly, deploy = (WORKFLOWS / "deploy-stage.yml").read_text().split("\n  deploy:\n")
    assert "make assembly" in assembly
    assert "id-token" not in assembly
    assert "id-token" in deploy
    assert planned("deploy", "ASSEMBLY=cdk.out")[-1].startswith("cdk deploy --app cdk.out ")
    assert re.findall(r"make (.+)", deploy) == ["setup", "deploy ASSEMBLY=cdk.out", "doctor"]


def test_assembly_reaches_the_deployment_with_its_permissions(tmp_path: Path) -> None:
    """https://github.com/actions/upload-artifact#permission-loss"""
    workflow = (WORKFLOWS / "deploy-stage.yml").read_text()
    pack, unpack = re.findall(r"run: (tar .+)", workflow)
    assert re.findall(r" path: (.+)", workflow) == ["assembly.tar.gz"]
    (tmp_path / "cdk.out").mkdir()
    script = tmp_path / "cdk.out" / "run.sh"
    script.touch(mode=0o755)
    subprocess.run(pack, shell=True, cwd=tmp_path, check=True)
    script.unlink()
    subprocess.run(unpack, shell=True, cwd=tmp_path, check=True)
    assert script.stat().st_mode & 0o777 == 0o755


@pytest.mark.parametrize("folder", ["", "functions/stream"])
def test_every_pin_has_its_hashes(folder: str) -> None:
    for lock in (ROOT / folder).glob("requirements*.txt"):
        pins = re.findall(r"^\S+==.*(?:\n    --hash=.*)*", lock.read_text(), re.MULTILINE)
        assert pins
        assert not [pin for pin in pins if "--hash=sha256:" not in pin]


def test_set_up_installs_what_was_locked_and_runs_none_of_it() -> None:
    commands = planned("--always-make", "setup")
    installs = [command for command in commands if " pip install " in command or "pip sync" in command]
    assert len(installs) == 2
    assert all("--require-hashes --only-binary=:all:" in command for command in installs)
    (npm,) = (command for command in commands if command.startswith("npm "))
    assert npm.startswith("npm ci --ignore-scripts ")


def test_first_installed_is_uv_by_its_hashes() -> None:
    (cut,) = (command for command in planned("--always-make", "setup") if command.startswith("sed "))
    to_stdout = cut.partition(" > ")[0]
    lines = subprocess.run(
        to_stdout, shell=True, cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert lines[0].startswith("uv==")
    assert len([line for line in lines if "--hash=sha256:" in line]) > 5
    assert not [line for line in lines[1:] if not line.startswith("    ")]


def test_renovate_finds_the_files_that_it_is_to_change() -> None:
    renovate = json.loads((ROOT / "renovate.json").read_text())
    patterns = [p for m in [renovate["pip-compile"], *renovate["customManagers"]] for p in m["managerFilePatterns"]]
    paths = [*ROOT.glob("*.txt"), *(ROOT / "functions").rglob("*.txt"), *(ROOT / "infra").rglob("*.py")]
    names = [path.relative_to(ROOT).as_posix() for path in paths]
    assert not [pattern for pattern in patterns if not any(re.search(pattern.strip("/"), name) for name in names)]
