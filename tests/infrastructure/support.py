"""Stages for tests, and how to find things in their templates by type."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template

from infra.settings import CostLimits, EdgeSettings, FirewallSettings, JwtSettings, SettingsError, StageSettings
from infra.stage import StreamingStage
from infra.stages import stages

ROOT = Path(__file__).parents[2]
ENV = cdk.Environment(account="123456789012", region="eu-west-1")

JWT = JwtSettings(issuer="https://issuer.example", audience=("app", "other"), scope="stream/write")
RESERVED = CostLimits(reserved_concurrency=50, buffered_reserved_concurrency=10)
#: With everything that an edge can have.
EDGE = EdgeSettings(
    domain_names=("stream.example.com",),
    certificate_arn="arn:aws:acm:us-east-1:123456789012:certificate/one",
    firewall=FirewallSettings(requests_per_five_minutes=250, page_requests_per_five_minutes=700),
)

#: Runs a test for each stage that the app has.
EACH_STAGE = pytest.mark.parametrize("settings", stages(), ids=lambda settings: settings.name)

JsonObject = dict[str, Any]

# The bundle's hash, and the id of the version that carries it, change with every line of the function.
_BUNDLE_HASH = re.compile(r"[0-9a-f]{64}")
_VERSION_ID = re.compile(r"(CurrentVersion[0-9A-F]{8})[0-9a-f]{32}")


def make_app(*, bundling: bool = False, outdir: str | None = None) -> cdk.App:
    """With the feature flags of cdk.json, which the CLI would hand over."""
    flags = json.loads((ROOT / "cdk.json").read_text())["context"]
    return cdk.App(context=flags if bundling else {**flags, "aws:cdk:bundling-stacks": []}, outdir=outdir)


def build_own_stage(settings: StageSettings) -> StreamingStage:
    """One of the app's stages, in an app of its own."""
    return StreamingStage(make_app(), settings, env=ENV)


def build_stage(*, env: cdk.Environment = ENV, **changes: Any) -> StreamingStage:
    """A stage in an app of its own, with the given settings changed."""
    return StreamingStage(make_app(), StageSettings(**{"name": "test", **changes}), env=env)


def build_edge_stage(*, env: cdk.Environment = ENV, edge: EdgeSettings = EDGE) -> StreamingStage:
    return build_stage(env=env, jwt=JWT, edge=edge)


def stream_template_of(**changes: Any) -> Template:
    return Template.from_stack(build_stage(**changes).stream)


def properties(template: Template, resource_type: str) -> list[JsonObject]:
    """Of every resource of the type."""
    return [found["Properties"] for found in template.find_resources(resource_type).values()]


def only(template: Template, resource_type: str) -> JsonObject:
    (found,) = properties(template, resource_type)
    return found


def statements(template: Template, *, of_role: str) -> list[JsonObject]:
    """Of every policy attached to the role whose logical id begins so."""
    return [
        statement
        for policy in properties(template, "AWS::IAM::Policy")
        if any(role["Ref"].startswith(of_role) for role in policy["Roles"])
        for statement in policy["PolicyDocument"]["Statement"]
    ]


def scrubbed(template: Mapping[str, Any]) -> JsonObject:
    """The template without what depends on the bytes of the bundle."""
    text = _BUNDLE_HASH.sub("BUNDLE", json.dumps(template, sort_keys=True))
    return cast(JsonObject, json.loads(_VERSION_ID.sub(r"\1", text)))


def as_list(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def setting_cases(
    rows: Sequence[tuple[str, Callable[..., Any], Sequence[object], Sequence[object]]], *, works: bool
) -> list[Any]:
    """Parameters for rows of a setting, what builds it, values that work and values that cannot."""
    return [
        pytest.param(key, build, value, id=f"{key}-{str(value)[:80]!a}")
        for key, build, good, bad in rows
        for value in (good if works else bad)
    ]


def assert_refused_by_name(key: str, build: Callable[..., Any], value: object) -> None:
    with pytest.raises(SettingsError, match=rf"(?s)^Setting {key}: got .+, allowed: .+\.$"):
        build(**{key: value})
