"""One snapshot per stack, as a tripwire: a changed template is a changed review. `make snapshots` accepts it."""

from __future__ import annotations

import pytest
from aws_cdk.assertions import Template
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from infra.stage import StreamingStage
from infra.stages import select_stages
from tests.infrastructure.support import ENV, make_app, scrubbed


@pytest.fixture(scope="module", params=["dev", "prod"])
def named_stage(request: pytest.FixtureRequest) -> StreamingStage:
    (settings,) = select_stages(request.param)
    return StreamingStage(make_app(), settings, env=ENV)


@pytest.mark.parametrize("stack", ["stream", "edge", "firewall"])
def test_template_of_an_edge_is_the_reviewed_one(
    edge_stage: StreamingStage, stack: str, snapshot: SnapshotAssertion
) -> None:
    template = scrubbed(Template.from_stack(getattr(edge_stage, stack)).to_json())
    assert template == snapshot(name=f"with-edge-{stack}", extension_class=JSONSnapshotExtension)


@pytest.mark.parametrize("stack", ["stream", "api", "monitoring"])
def test_template_is_the_reviewed_one(named_stage: StreamingStage, stack: str, snapshot: SnapshotAssertion) -> None:
    template = scrubbed(Template.from_stack(getattr(named_stage, stack)).to_json())
    assert template == snapshot(name=f"{named_stage.stage_name}-{stack}", extension_class=JSONSnapshotExtension)
