from __future__ import annotations

import json
import math
import time

import pytest

from functions.stream.streaming.callers import caller_name
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


@pytest.mark.parametrize(
    ("context", "caller"),
    [
        ({"authorizer": {"iam": {"userArn": "arn:aws:iam::1:user/a"}}}, "arn:aws:iam::1:user/a"),
        ({"identity": {"userArn": "arn:aws:sts::1:assumed-role/b/c"}}, "arn:aws:sts::1:assumed-role/b/c"),
        ({"authorizer": {"jwt": {"claims": {"iss": "https://i", "sub": "s"}}}}, "https://i s"),
        ({"authorizer": {"iam": {"userArn": None}}}, None),
        ({"authorizer": {"iam": None}, "identity": {"userArn": None}}, None),
        ({"authorizer": []}, None),
        ({}, None),
    ],
)
def test_caller_is_whom_the_host_has_checked(context: object, caller: str | None) -> None:
    assert read_invocation({"x-amzn-request-context": json.dumps(context)}).caller == caller


def test_what_callers_choose_is_cut() -> None:
    headers = {CONTEXT: json.dumps({"request_id": "r" * 1000}), "x-amzn-trace-id": "t" * 100_000}
    invocation = read_invocation(headers)
    assert (invocation.request_id, invocation.trace_id) == ("r" * 200, "t" * 200)


def test_hashed_caller_tells_callers_apart_and_not_who_they_are() -> None:
    first, second = (caller_name(caller, hashed=True) for caller in ("arn:aws:iam::1:user/a", "arn:aws:iam::1:user/b"))
    assert len({first, second}) == 2
    assert "arn" not in first + second
    assert caller_name("arn:aws:iam::1:user/a", hashed=False) == "arn:aws:iam::1:user/a"
