"""The lines of `make rehearse` as tests, and each of them seen to fail by breaking what it checks.

One file, so that one deployment serves all.
"""

from __future__ import annotations

import asyncio

import pytest

from infra.function.adapter_variables import BUFFERED, INVOKE_MODE, RESPONSE_STREAM
from rehearsal.checks import CHECKS
from rehearsal.scene import words
from rehearsal.stage import Rehearsal
from tests.rehearsal import breakages
from tests.rehearsal.breakages import Breakage, broken, in_adapter_mode, in_copy
from tests.rehearsal.page import stream_in_browser
from tests.support.browser import browser_or_skip

NO_START = "expected status 200 from a cold start, got 502"

BREAKAGES: list[tuple[str, Breakage, str]] = [
    ("cold start", in_copy(breakages.without_run_bit), NO_START),
    ("cold start", in_copy(breakages.with_crlf), NO_START),
    ("cold start", in_copy(breakages.without_dependency), NO_START),
    ("cold start", breakages.never_ready, NO_START),
    ("status and headers through the prelude", in_adapter_mode(BUFFERED), "expected an event stream"),
    ("first byte long before the last", in_adapter_mode(BUFFERED), "Expected an event or a comment"),
    ("first byte long before the last", broken("hold_everything_back"), "chunks in about as many parts"),
    ("the same through a REST API", in_adapter_mode(BUFFERED), "Expected an event or a comment"),
    ("joined text is the input", broken("strip_chunks"), "the input"),
    ("heartbeat fills a silence", broken("drop_heartbeats"), "a comment every"),
    ("event loop stays free", broken("block_the_loop"), "expected an answer"),
    ("error frame after the 200", broken("leak_a_secret"), "no secret"),
    ("problem+json before the 200", broken("accept_anything"), "expected status 422"),
    ("answers without a body end", broken("turn_204_into_200"), "204 without"),
    ("deadline ends the stream", broken("know_no_deadline"), "to end it|code deadline"),
    ("SIGTERM in the middle of a stream", broken("be_deaf_to_signals"), "Expected an event|shutdown"),
    ("client leaves in the middle", breakages.with_timeout(3.5), "expected both answers to be complete"),
    ("application dies in the middle", broken("start_once"), "the next to be served|Expected an event"),
    ("record of a killed application", broken("keep_no_crash_records"), "Expected records: 2"),
    ("record of a silent source", broken("know_no_deadline"), "Expected records: 1"),
    ("record of a blocking source", broken("keep_no_crash_records"), "Expected records: 2"),
    ("two invocations, one environment", broken("repeat_the_stream_id"), "two stream ids"),
    ("client prints the text", broken("strip_chunks"), "the input on"),
    ("doctor tells streaming from buffered", broken("hold_everything_back"), "expected exit code 0"),
    ("buffered twin behind an HTTP API", breakages.buffered_function_in_streaming_mode, "no prelude"),
    ("streaming function behind an HTTP API", breakages.functions_exchanged, "expected status 500, got 200"),
]


@pytest.mark.parametrize("name", CHECKS)
def test_check_passes(rehearsal: Rehearsal, name: str) -> None:
    assert asyncio.run(CHECKS[name](rehearsal.scene))


def test_page_streams_from_the_deployed_function(rehearsal: Rehearsal) -> None:
    seen = asyncio.run(stream_in_browser(rehearsal.scene, browser_or_skip(), words(100)))
    assert seen.first_text_before_end
    assert seen.text == words(100)


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
        "AWS::CloudWatch::CompositeAlarm",
        "AWS::CodeDeploy::Application",
        "AWS::CodeDeploy::DeploymentGroup",
        "AWS::Logs::QueryDefinition",
        "AWS::SNS::TopicPolicy",
    }


def test_function_is_what_was_deployed(rehearsal: Rehearsal) -> None:
    function = rehearsal.scene.streaming
    assert (function.handler, function.runtime) == ("streaming.app.app", "python3.14")
    assert function.environment[INVOKE_MODE] == RESPONSE_STREAM
    assert (function.task_root / "run.sh").stat().st_mode & 0o111


@pytest.mark.parametrize(("check", "breakage", "sentence"), BREAKAGES)
def test_breakage_fails_its_check(rehearsal: Rehearsal, check: str, breakage: Breakage, sentence: str) -> None:
    with pytest.raises(AssertionError, match=sentence):
        asyncio.run(CHECKS[check](breakage(rehearsal.scene)))


def test_every_check_has_a_breakage() -> None:
    assert {check for check, _, _ in BREAKAGES} == set(CHECKS)
