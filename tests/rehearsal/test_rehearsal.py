"""The lines of `make rehearse` as tests, and each of them seen to fail by breaking what it checks.

One file, so that one deployment serves all.
"""

from __future__ import annotations

import asyncio

import pytest

from infra.function.adapter_variables import BUFFERED, INVOKE_MODE, RESPONSE_STREAM
from rehearsal.checks import CHECKS
from rehearsal.deployment import Deployment
from tests.rehearsal import breakages, faulty
from tests.rehearsal.breakages import Breakage, in_files, with_fault, with_variables
from tests.rehearsal.page import stream_in_browser
from tests.support.browser import browser_or_skip

NO_START = "expected status 200 from a cold start, got 502"
BUFFERING_ADAPTER = with_variables(**{INVOKE_MODE: BUFFERED})
#: The function can keep no file between two starts.
WITHOUT_TMP = with_variables(TMPDIR="/dev/null")

BREAKAGES: list[tuple[str, Breakage, str]] = [
    ("cold start", in_files(breakages.without_run_bit), NO_START),
    ("cold start", in_files(breakages.with_crlf), NO_START),
    ("cold start", in_files(breakages.without_dependency), NO_START),
    ("cold start", breakages.never_ready, NO_START),
    ("status and headers through the prelude", BUFFERING_ADAPTER, "expected an event stream"),
    ("chunks come as they are made", BUFFERING_ADAPTER, "Expected an event or a comment"),
    ("chunks come as they are made", with_fault(faulty.HoldsEverythingBack), "before the next is made"),
    ("chunks come as they are made", with_fault(faulty.BlocksTheEventLoop), "before the next is made"),
    ("the same through a REST API", BUFFERING_ADAPTER, "Expected an event or a comment"),
    ("joined text is the input", with_fault(faulty.LosesUmlauts), "the input"),
    ("heartbeat fills a silence", with_fault(faulty.DropsHeartbeats), "comments in a silence"),
    ("event loop stays free", with_fault(faulty.BlocksTheEventLoop), "an answer while the stream runs"),
    ("error frame after the 200", with_fault(faulty.LeaksASecret), "no secret"),
    ("source that ends as if cancelled", with_fault(faulty.TakesItsTimeToFail), "its end within 2 s"),
    ("problem+json before the 200", with_fault(faulty.AnswersOnly200), "status 422"),
    ("answers without a body end", with_fault(faulty.AnswersOnly200), "204 without"),
    ("deadline ends the stream", with_fault(faulty.KnowsNoDeadline), "to end it"),
    ("SIGTERM in the middle of a stream", with_fault(faulty.IgnoresSigterm), "Expected an event|to end it"),
    ("client leaves in the middle", with_fault(faulty.ServesOneStream), "both answers to be complete"),
    ("application dies in the middle", with_fault(faulty.StartsOnce), "Expected an event"),
    ("record of a killed application", WITHOUT_TMP, "expected records: 2"),
    ("record of a silent source", with_fault(faulty.KnowsNoDeadline), "expected records: 1"),
    ("record of a blocking source", WITHOUT_TMP, "expected records: 2"),
    ("records before the end of responses", with_fault(faulty.LogsLate), "no record after the end"),
    ("two invocations, one environment", with_fault(faulty.RepeatsTheStreamId), "two stream ids"),
    ("client prints the text", with_fault(faulty.LosesUmlauts), "the input on"),
    ("doctor tells streaming from buffered", with_fault(faulty.HoldsEverythingBack), "exit code 0"),
    ("buffered function behind an HTTP API", breakages.buffered_function_in_streaming_mode, "no prelude"),
    ("streaming function behind an HTTP API", breakages.functions_exchanged, "status 500, got 200"),
]


@pytest.mark.parametrize("name", CHECKS)
def test_check_passes(deployment: Deployment, name: str) -> None:
    assert asyncio.run(CHECKS[name](deployment))


def test_page_streams_from_the_deployed_function(deployment: Deployment) -> None:
    asyncio.run(stream_in_browser(deployment, browser_or_skip()))


def test_every_resource_is_there_and_those_by_name_only_are_known(deployment: Deployment) -> None:
    by_name_only = {resource.kind for resource in deployment.resources if not resource.is_emulated}
    assert by_name_only == {
        "AWS::ApiGateway::Account",
        "AWS::ApiGateway::Stage",
        "AWS::ApiGatewayV2::Api",
        "AWS::ApiGatewayV2::Integration",
        "AWS::ApiGatewayV2::Route",
        "AWS::ApiGatewayV2::Stage",
        "AWS::CloudWatch::Alarm",
        "AWS::CloudWatch::CompositeAlarm",
        "AWS::CodeDeploy::Application",
        "AWS::CodeDeploy::DeploymentGroup",
        "AWS::Logs::QueryDefinition",
        "AWS::SNS::TopicPolicy",
    }


def test_function_is_what_was_deployed(deployment: Deployment) -> None:
    function = deployment.streaming
    assert (function.handler, function.runtime) == ("streaming.app.app", "python3.14")
    assert function.environment[INVOKE_MODE] == RESPONSE_STREAM
    assert (function.task_root / "run.sh").stat().st_mode & 0o111


@pytest.mark.parametrize(("check", "breakage", "sentence"), BREAKAGES, ids=[check for check, _, _ in BREAKAGES])
def test_breakage_fails_its_check(deployment: Deployment, check: str, breakage: Breakage, sentence: str) -> None:
    with pytest.raises(AssertionError, match=sentence):
        asyncio.run(CHECKS[check](breakage(deployment)))


def test_every_check_has_a_breakage() -> None:
    assert {check for check, _, _ in BREAKAGES} == set(CHECKS)
