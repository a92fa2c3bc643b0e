"""Synthesises without bundling: neither uv nor Docker runs, and the templates are the same."""

from __future__ import annotations

import pytest
from aws_cdk.assertions import Template

from infra.stage import StreamingStage
from tests.infrastructure.support import build_edge_stage, build_stage


@pytest.fixture(scope="session")
def stage() -> StreamingStage:
    return build_stage()


@pytest.fixture(scope="session")
def edge_stage() -> StreamingStage:
    return build_edge_stage()


@pytest.fixture(scope="session")
def stream_template(stage: StreamingStage) -> Template:
    return Template.from_stack(stage.stream)


@pytest.fixture(scope="session")
def api_template(stage: StreamingStage) -> Template:
    return Template.from_stack(stage.api)


@pytest.fixture(scope="session")
def monitoring_template(stage: StreamingStage) -> Template:
    return Template.from_stack(stage.monitoring)
