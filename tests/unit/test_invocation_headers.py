from __future__ import annotations

import json
import math
import time

import pytest

from functions.stream.streaming.host.invocation_headers import read_invocation
from functions.stream.streaming.invocation import Invocation
from tests.support.logs import JsonLog

CONTEXT = "x-amzn-lambda-context"


def test_invocation_is_endless_when_there_is_no_context(json_log: JsonLog) -> None:
    assert read_invocation({}) == Invocation(None, None, math.inf)
    assert json_log.lines() == []


def test_invocation_counts_the_seconds_to_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: 1_000_000.0)
    context = json.dumps({"request_id": "r-1", "deadline": 1_000_012_500, "memory": 512})
    invocation = read_invocation({CONTEXT: context, "x-amzn-trace-id": "Root=1"})
    assert invocation == Invocation("r-1", "Root=1", 12.5)


@pytest.mark.parametrize("deadline", ["1000000", None, 1.5, [1], {}])
def test_invocation_is_endless_when_the_deadline_is_no_whole_number(deadline: object) -> None:
    assert read_invocation({CONTEXT: json.dumps({"deadline": deadline})}).seconds_left == math.inf


def test_invocation_is_endless_when_the_deadline_is_beyond_any_clock() -> None:
    assert read_invocation({CONTEXT: f'{{"deadline": 1{"0" * 400}}}'}).seconds_left > 1e9


@pytest.mark.parametrize(
    "header",
    ["", "{", "[]", "null", '"text"', "[" * 100_000, '{"deadline": ' + "1" * 5000 + "}"],
    ids=["empty", "open", "array", "null", "string", "deep", "digits"],
)
def test_invocation_ignores_a_context_that_it_cannot_read_and_logs_it(header: str, json_log: JsonLog) -> None:
    assert read_invocation({CONTEXT: header}) == Invocation()
    (line,) = json_log.lines()
    assert line["level"] == "WARNING"
    assert "Expected a JSON object in x-amzn-lambda-context" in line["message"]
    assert len(line["message"]) < 400


def test_log_fields_hold_what_is_known() -> None:
    assert Invocation().log_fields("s-1") == {"stream_id": "s-1"}
    assert Invocation("r-1", "Root=1").log_fields("s-1") == {
        "stream_id": "s-1",
        "request_id": "r-1",
        "trace_id": "Root=1",
    }
