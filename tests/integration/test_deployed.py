"""`make doctor`: from the outputs of a deployment to a verdict, as the role that may call."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from botocore.credentials import Credentials
from moto.server import ThreadedMotoServer
from moto.sts.models import STSBackend, sts_backends

from infra.names import INVOKER_ROLE_ARN_OUTPUT, STREAM_URL_OUTPUT
from tests.support.raw_server import Part, pause, recording, sse_head
from tests.support.sigv4 import assert_signed
from tools.deployed import main

ACCOUNT = "123456789012"
INVOKER = f"arn:aws:iam::{ACCOUNT}:role/dev-Stream-Invoker"
CHUNK = b'data: {"chunk": "a few words "}\n\n'
STREAM: list[Part] = [sse_head(), *[part for _ in range(12) for part in (pause(0.05), CHUNK)]]
COMPLETE = b'data: {"status": "complete"}\n\n'


@pytest.fixture
def sts(monkeypatch: pytest.MonkeyPatch) -> Iterator[STSBackend]:
    """The account's, behind the endpoint that boto3 finds."""
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", f"http://{host}:{port}")
    backend = sts_backends[ACCOUNT]["aws"]
    yield backend
    backend.reset()
    server.stop()


def outputs_of(tmp_path: Path, url: str) -> str:
    stacks = {"dev-Api": {"HttpApiUrl": "-"}, "dev-Stream": {STREAM_URL_OUTPUT: url, INVOKER_ROLE_ARN_OUTPUT: INVOKER}}
    outputs = tmp_path / "outputs.json"
    outputs.write_text(json.dumps(stacks))
    return str(outputs)


def test_deployed_stream_is_measured_as_the_invoker(
    sts: STSBackend, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with recording([*STREAM, COMPLETE]) as server:
        code = main([outputs_of(tmp_path, server.url), "--header", "x-authorization: Bearer token"])
    printed = capfd.readouterr().out
    assert code == 0, printed
    assert "It streams" in printed
    (role,) = sts.assumed_roles
    assert role.role_arn == INVOKER
    credentials = Credentials(role.access_key_id, role.secret_access_key, role.session_token)
    assert_signed(server.requests[0], credentials, service="lambda", region="eu-west-1")
    assert server.requests[0].headers["x-authorization"] == "Bearer token"


def test_verdict_of_the_doctor_is_the_exit_code(sts: STSBackend, tmp_path: Path) -> None:
    with recording([pause(0.3), sse_head(), CHUNK * 12 + COMPLETE]) as server:
        assert main([outputs_of(tmp_path, server.url)]) == 1
    assert server.requests


def test_role_that_may_not_be_taken_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    denied = [
        sse_head("403 Forbidden", "text/xml"),
        b"<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>",
    ]
    with recording(denied) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_STS", server.url)
        assert main([outputs_of(tmp_path, "https://stream.example")]) == 1
    assert f"Expected to become {INVOKER}, got an error: An error occurred (AccessDenied)" in capsys.readouterr().err


@pytest.mark.parametrize("content", [None, "{}", '{"dev-Stream": {"StreamUrl": "https://stream.example"}}'])
def test_outputs_that_name_no_stream_say_what_to_do(
    content: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    outputs = tmp_path / "outputs.json"
    if content is not None:
        outputs.write_text(content)
    assert main([str(outputs)]) == 1
    assert capsys.readouterr().err.endswith("run `make deploy`.\n")
