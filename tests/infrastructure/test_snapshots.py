"""One snapshot per stack, as a tripwire: a changed template is a changed review. `make snapshots` accepts it."""

from __future__ import annotations

import json
import re

import pytest
from aws_cdk.assertions import Template
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from infra.stage import StreamingStage
from infra.stages import select_stages
from tests.infrastructure.support import ENV, make_app

# The bundle's hash, and the id of the version that carries it, change with every line of the function.
_BUNDLE_HASH = re.compile(r"[0-9a-f]{64}")
_VERSION_ID = re.compile(r"(CurrentVersion[0-9A-F]{8})[0-9a-f]{32}")


@pytest.fixture(scope="module", params=["dev", "prod"])
def named_stage(request: pytest.FixtureRequest) -> StreamingStage:
    (settings,) = select_stages(request.param)
    return StreamingStage(make_app(), settings, env=ENV)


@pytest.mark.parametrize("stack", ["stream", "api", "monitoring"])
def test_template_is_the_reviewed_one(named_stage: StreamingStage, stack: str, snapshot: SnapshotAssertion) -> None:
    template = json.dumps(Template.from_stack(getattr(named_stage, stack)).to_json(), sort_keys=True)
    scrubbed = _VERSION_ID.sub(r"\1", _BUNDLE_HASH.sub("BUNDLE", template))
    assert json.loads(scrubbed) == snapshot(
        name=f"{named_stage.stage_name}-{stack}", extension_class=JSONSnapshotExtension
    )
