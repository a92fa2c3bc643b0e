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
from infra.settings import SettingsError, one_of
from infra.stage import StreamingStage
from infra.stages import stages
from tests.infrastructure.support import ROOT

#: The stages of the app, and the one that is synthesised alone.
NAMES = [stage.name for stage in stages()]
ONE = NAMES[0]
STACKS_OF_A_STAGE = 3
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
def one_assembly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of one stage, and of the roles that deploy it."""
    context: dict[str, object] = {"stage": ONE, "repository": "owner@1/name@2"}
    return run_app_well(tmp_path_factory.mktemp("one-assembly"), context, hash_seed=1)


def test_two_synths_give_the_same_templates(assembly: Path, one_assembly: Path) -> None:
    first, second = (
        {path.name: path.read_text() for path in (folder / f"assembly-{ONE}").glob("*.template.json")}
        for folder in (assembly, one_assembly)
    )
    assert len(first) == STACKS_OF_A_STAGE
    assert first == second


def test_app_builds_every_stage(assembly: Path) -> None:
    assert {folder.name for folder in assembly.glob("assembly-*")} == {f"assembly-{name}" for name in NAMES}


def test_templates_pass_cfn_lint(assembly: Path, edge_stage: StreamingStage, tmp_path: Path) -> None:
    templates = [str(path) for path in assembly.glob("assembly-*/*.template.json")]
    assert len(templates) == STACKS_OF_A_STAGE * len(NAMES)
    for stack in (edge_stage.stream, edge_stage.api, edge_stage.edge, edge_stage.edge_logs, edge_stage.firewall):
        assert stack
        template = tmp_path / f"{stack.node.id}.template.json"
        template.write_text(json.dumps(Template.from_stack(stack).to_json()))
        templates.append(str(template))
    lint(*templates)


def lint(*templates: str) -> None:
    # W3005: CDK orders a function after its role in so many words, though the reference says it already.
    command = [str(Path(sys.executable).with_name("cfn-lint")), "--ignore-checks", "W3005", "--", *templates]
    finished = subprocess.run(command, capture_output=True, text=True)
    assert finished.returncode == 0, finished.stdout


def test_app_builds_one_stage_when_named(one_assembly: Path) -> None:
    assert [folder.name for folder in one_assembly.glob("assembly-*")] == [f"assembly-{ONE}"]


def test_app_builds_the_deploy_roles_for_a_named_repository_only(assembly: Path, one_assembly: Path) -> None:
    deploy_roles = "DeployRoles.template.json"
    lint(str(one_assembly / deploy_roles))
    assert set(json.loads((one_assembly / deploy_roles).read_text())["Outputs"]) == {f"{ONE.capitalize()}RoleArn"}
    assert not (assembly / deploy_roles).exists()


def test_app_ends_with_one_sentence(tmp_path: Path) -> None:
    finished = run_app(tmp_path, {"stage": "no-such-stage"})
    assert finished.returncode == 1
    assert finished.stderr == f"SettingsError: Setting stage: got 'no-such-stage', allowed: {one_of(NAMES)}.\n"


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
