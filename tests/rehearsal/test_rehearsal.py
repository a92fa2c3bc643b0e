"""The lines of `make rehearse`, as tests."""

from __future__ import annotations

import asyncio

import pytest

from tests.rehearsal.checks import CHECKS
from tests.rehearsal.stage import Rehearsal

pytestmark = pytest.mark.xdist_group("rehearsal")


@pytest.mark.parametrize("name", CHECKS)
def test_check_passes(rehearsal: Rehearsal, name: str) -> None:
    assert asyncio.run(CHECKS[name](rehearsal.scene))


def test_every_resource_is_there_and_those_by_name_only_are_known(rehearsal: Rehearsal) -> None:
    by_name_only = {resource.kind for resource in rehearsal.resources if not resource.is_emulated}
    assert by_name_only == {
        "AWS::ApiGateway::Account",
        "AWS::ApiGateway::Stage",
        "AWS::ApiGatewayV2::Api",
        "AWS::ApiGatewayV2::Integration",
        "AWS::ApiGatewayV2::Route",
        "AWS::ApiGatewayV2::Stage",
        "AWS::CloudWatch::Alarm",
        "AWS::SNS::TopicPolicy",
    }


def test_function_is_what_was_deployed(rehearsal: Rehearsal) -> None:
    function = rehearsal.scene.streaming
    assert (function.handler, function.runtime) == ("streaming.app.app", "python3.14")
    assert function.environment["AWS_LWA_INVOKE_MODE"] == "response_stream"
    assert (function.task_root / "run.sh").stat().st_mode & 0o111
