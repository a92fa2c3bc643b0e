"""The app as the CLI starts it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from aws_cdk.assertions import Template

from app import build_app
from infra.settings import SettingsError
from infra.stage import StreamingStage
from tests.infrastructure.support import ROOT

NO_BUNDLING: dict[str, object] = {"aws:cdk:bundling-stacks": []}


def run_app(tmp_path: Path, context: dict[str, object], **environment: str) -> subprocess.CompletedProcess[str]:
    flags = json.loads((ROOT / "cdk.json").read_text())["context"]
    return subprocess.run(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env={
            **os.environ,
            "CDK_CONTEXT_JSON": json.dumps({**flags, **NO_BUNDLING, **context}),
            "CDK_OUTDIR": str(tmp_path),
            **environment,
        },
        capture_output=True,
        text=True,
    )


def test_app_imports_cloudfront_for_an_edge_alone() -> None:
    """Every synth would wait for it."""
    script = "import app, sys; print('aws_cdk.aws_lambda' in sys.modules, 'aws_cdk.aws_cloudfront' in sys.modules)"
    imported = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert imported.stdout.split() == ["True", "False"], imported.stderr


def run_app_well(folder: Path, context: dict[str, object], *, hash_seed: int) -> Path:
    """The seed orders sets and hashes."""
    finished = run_app(folder, context, PYTHONHASHSEED=str(hash_seed))
    assert finished.returncode == 0, finished.stderr
    return folder


@pytest.fixture(scope="module")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run_app_well(tmp_path_factory.mktemp("assembly"), {}, hash_seed=0)


@pytest.fixture(scope="module")
def dev_assembly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of one stage, and of the roles that deploy it."""
    context: dict[str, object] = {"stage": "dev", "repository": "owner@1/name@2"}
    return run_app_well(tmp_path_factory.mktemp("dev-assembly"), context, hash_seed=1)


def test_two_synths_give_the_same_templates(assembly: Path, dev_assembly: Path) -> None:
    first, second = (
        {path.name: path.read_text() for path in (folder / "assembly-dev").glob("*.template.json")}
        for folder in (assembly, dev_assembly)
    )
    assert len(first) == 3
    assert first == second


def test_app_builds_every_stage(assembly: Path) -> None:
    assert {folder.name for folder in assembly.glob("assembly-*")} == {"assembly-dev", "assembly-prod"}


def test_templates_pass_cfn_lint(assembly: Path, edge_stage: StreamingStage, tmp_path: Path) -> None:
    templates = [str(path) for path in assembly.glob("assembly-*/*.template.json")]
    for stack in (edge_stage.stream, edge_stage.api, edge_stage.edge, edge_stage.firewall):
        assert stack
        template = tmp_path / f"{stack.node.id}.template.json"
        template.write_text(json.dumps(Template.from_stack(stack).to_json()))
        templates.append(str(template))
    assert len(templates) == 6 + 4
    lint(*templates)


def lint(*templates: str) -> None:
    # W3005: CDK orders a function after its role in so many words, though the reference says it already.
    command = [str(Path(sys.executable).with_name("cfn-lint")), "--ignore-checks", "W3005", "--", *templates]
    finished = subprocess.run(command, capture_output=True, text=True)
    assert finished.returncode == 0, finished.stdout


def test_app_builds_one_stage_when_named(dev_assembly: Path) -> None:
    assert [folder.name for folder in dev_assembly.glob("assembly-*")] == ["assembly-dev"]


def test_app_builds_the_deploy_roles_for_a_named_repository_only(assembly: Path, dev_assembly: Path) -> None:
    deploy_roles = "DeployRoles.template.json"
    lint(str(dev_assembly / deploy_roles))
    assert set(json.loads((dev_assembly / deploy_roles).read_text())["Outputs"]) == {"DevRoleArn"}
    assert not (assembly / deploy_roles).exists()


def test_app_ends_with_one_sentence(tmp_path: Path) -> None:
    finished = run_app(tmp_path, {"stage": "qa"})
    assert finished.returncode == 1
    assert finished.stderr == "SettingsError: Setting stage: got 'qa', allowed: 'dev', 'prod'.\n"


@pytest.mark.parametrize(
    ("context", "region", "sentence"),
    [
        ({"repository": "name"}, "eu-west-1", "Setting repository: got 'name', allowed: OWNER@ID/NAME@ID"),
        ({"github_provider": "mine"}, "eu-west-1", "Setting github_provider: got 'mine', allowed: 'exists'"),
        ({}, "us-gov-west-1", "Setting adapter_layer_arn: got None"),
    ],
)
def test_app_names_what_cannot_be(
    context: dict[str, object], region: str, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CDK_DEFAULT_REGION", region)
    with pytest.raises(SettingsError, match=f"^{re.escape(sentence)}"):
        build_app({**NO_BUNDLING, **context})
