"""Who may become a deploy role, and what it may become in turn."""

from __future__ import annotations

import fnmatch
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from infra.deploy_roles.role import Repository
from infra.deploy_roles.stack import DeployRolesStack
from infra.nag import findings
from infra.settings import EdgeSettings, SettingsError, StageSettings
from infra.stage import StreamingStage
from tests.infrastructure.support import EDGE, ENV, JWT, as_list, make_app, properties, statements

REPOSITORY = Repository("owner@12/name@34")
DEV = "repo:owner@12/name@34:environment:dev"
AUDIENCE = "sts.amazonaws.com"
ISSUER = "token.actions.githubusercontent.com"
READ_LAYER = "lambda:GetLayerVersion"
PROVIDER = "AWS::IAM::OIDCProvider"
STAGES = (StageSettings(name="dev"), StageSettings(name="prod"))
WITH_EDGE = StageSettings(name="dev", jwt=JWT, edge=EDGE)


def build_stack(*, qualifier: str | None = None, **changes: Any) -> DeployRolesStack:
    app = make_app()
    if qualifier:
        app.node.set_context("@aws-cdk/core:bootstrapQualifier", qualifier)
    props = {"repository": REPOSITORY, "stages": STAGES, "env": ENV, **changes}
    return DeployRolesStack(app, "DeployRoles", **props)


@pytest.fixture(scope="module")
def template() -> Template:
    return Template.from_stack(build_stack())


def trust_in(template: Template, stage: str) -> dict[str, Any]:
    roles = properties(template, "AWS::IAM::Role")
    (role,) = [role for role in roles if role["Description"] == f"Deploys {stage} from GitHub"]
    (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
    return dict(statement)


def may_assume(statement: dict[str, Any], *, sub: str, aud: str = AUDIENCE) -> bool:
    """As IAM reads the condition of a trust policy."""
    ((operator, expected),) = statement["Condition"].items()
    assert operator == "StringEquals"
    return bool(expected == {f"{ISSUER}:sub": sub, f"{ISSUER}:aud": aud})


def assumed(template: Template, stage: str) -> dict[str, Any]:
    """The names of the roles that the stage's role may become, and on which condition."""
    granted = [s for s in statements(template, of_role=f"{stage.capitalize()}Role") if s["Action"] != READ_LAYER]
    assert {statement["Action"] for statement in granted} == {"sts:AssumeRole"}
    return {
        arn["Fn::Join"][1][-1].removeprefix(":role/"): statement.get("Condition")
        for statement in granted
        for arn in as_list(statement["Resource"])
        if isinstance(arn, dict)
    }


@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_role_takes_tokens_of_the_environment_of_its_stage(template: Template, stage: str) -> None:
    trust = trust_in(template, stage)
    assert trust["Action"] == "sts:AssumeRoleWithWebIdentity"
    assert trust["Principal"] == {"Federated": {"Ref": next(iter(template.find_resources(PROVIDER)))}}
    assert may_assume(trust, sub=f"repo:owner@12/name@34:environment:{stage}")


@pytest.mark.parametrize(
    "claims",
    [
        {"sub": "repo:owner@12/name@34:ref:refs/heads/main"},
        {"sub": "repo:owner@12/name@34:ref:refs/heads/environment:dev"},
        {"sub": "repo:owner@12/name@34:pull_request"},
        {"sub": "repo:owner@12/name@34:environment:prod"},
        {"sub": "repo:owner@12/name@34:environment:dev2"},
        {"sub": "repo:owner@12/other@35:environment:dev"},
        {"sub": "repo:owner/name:environment:dev"},
        {"sub": DEV, "aud": "https://github.com/owner"},
    ],
)
def test_role_takes_no_other_token(template: Template, claims: dict[str, str]) -> None:
    trust = trust_in(template, "dev")
    assert may_assume(trust, sub=DEV)
    assert not may_assume(trust, **claims)


def test_role_may_become_the_roles_of_the_bootstrap_and_the_invoker_of_the_stage(template: Template) -> None:
    assert assumed(template, "dev") == {
        "cdk-hnb659fds-deploy-role-123456789012-eu-west-1": None,
        "cdk-hnb659fds-file-publishing-role-123456789012-eu-west-1": None,
        "dev-Stream-Invoker*": {"StringEquals": {"iam:ResourceTag/stage": "dev"}},
    }


def test_role_may_read_the_layer_of_its_stage_to_compare_its_code(template: Template) -> None:
    (read,) = [s for s in statements(template, of_role="DevRole") if s["Action"] == READ_LAYER]
    assert read["Resource"] == "arn:aws:lambda:eu-west-1:753240598075:layer:LambdaAdapterLayerArm64:30"
    assert "Condition" not in read


def test_bootstrap_of_another_qualifier_is_followed() -> None:
    template = Template.from_stack(build_stack(qualifier="mine"))
    assert "cdk-mine-deploy-role-123456789012-eu-west-1" in assumed(template, "dev")


def test_firewall_of_a_stage_is_deployed_in_its_own_region() -> None:
    template = Template.from_stack(build_stack(stages=[WITH_EDGE]))
    for region in ("eu-west-1", "us-east-1"):
        assert f"cdk-hnb659fds-deploy-role-123456789012-{region}" in assumed(template, "dev")


@pytest.mark.parametrize(("access_logs", "regions"), [(True, {"eu-west-1", "us-east-1"}), (False, {"eu-west-1"})])
def test_access_logs_of_an_edge_are_delivered_in_the_region_of_cloudfront(access_logs: bool, regions: set[str]) -> None:
    settings = StageSettings(name="dev", jwt=JWT, edge=EdgeSettings(access_logs=access_logs))
    start = "cdk-hnb659fds-deploy-role-123456789012-"
    roles = assumed(Template.from_stack(build_stack(stages=[settings])), "dev")
    assert {name.removeprefix(start) for name in roles if name.startswith(start)} == regions


def test_invoker_is_the_one_role_of_a_stage_that_a_deploy_role_may_become(template: Template) -> None:
    """By its name, its tag and its trust: those that trust a service only cannot be assumed by anyone."""
    stage = StreamingStage(make_app(), WITH_EDGE, env=ENV)
    (pattern,) = [name for name in assumed(template, "dev") if name.endswith("*")]
    stacks = [stack for stack in stage.node.children if isinstance(stack, cdk.Stack)]
    reachable = [
        (f"{stack.stack_name}-{logical_id}", role["Properties"]["Tags"])
        for stack in stacks
        for logical_id, role in Template.from_stack(stack).find_resources("AWS::IAM::Role").items()
        if any("AWS" in s["Principal"] for s in role["Properties"]["AssumeRolePolicyDocument"]["Statement"])
    ]
    ((name, tags),) = reachable
    assert fnmatch.fnmatchcase(f"{name}-SUFFIX", pattern)
    assert {"Key": "stage", "Value": "dev"} in tags


def test_provider_that_the_account_has_is_used() -> None:
    template = Template.from_stack(build_stack(provider_exists=True))
    template.resource_count_is(PROVIDER, 0)
    assert str(trust_in(template, "dev")["Principal"]["Federated"]).endswith(f":oidc-provider/{ISSUER}")


@pytest.mark.parametrize("env", [ENV, cdk.Environment()])
def test_deploy_roles_have_no_finding(env: cdk.Environment) -> None:
    assert findings(build_stack(env=env, stages=[WITH_EDGE])) == []


@pytest.mark.parametrize("name", ["owner/name", "Owner-1/name.of_it", "owner@1/name@2"])
def test_repository_is_named_as_in_tokens(name: str) -> None:
    assert Repository(name).subject("dev") == f"repo:{name}:environment:dev"


@pytest.mark.parametrize(
    "name",
    [
        "",
        "name",
        "owner/",
        "owner/*",
        "*/name",
        "o/n/m",
        "owner@1/name",
        "owner/name@2",
        "owner@x/name@y",
        "o/n:ref",
        "o/n\n",
    ],
)
def test_repository_that_could_be_another_one_is_refused(name: str) -> None:
    with pytest.raises(SettingsError, match=r"^Setting repository: got .*, allowed: OWNER@ID/NAME@ID"):
        Repository(name)


def test_template_of_the_deploy_roles_is_the_reviewed_one(template: Template, snapshot: SnapshotAssertion) -> None:
    assert template.to_json() == snapshot(name="deploy-roles", extension_class=JSONSnapshotExtension)
