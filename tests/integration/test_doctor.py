"""`python -m client doctor` against a service that streams, and against every way not to."""

from __future__ import annotations

import gzip
import json
import socket
import threading
import zlib
from pathlib import Path

import pytest

from client.__main__ import main
from tests.support.raw_server import Part, pause, recording, reset, serving, sse_head, stall
from tests.support.servers import Function


def _event(**fields: object) -> bytes:
    return f"id: 1\n\ndata: {json.dumps(fields)}\n\n".encode()


STARTING = _event(status="starting", id="s1")
CHUNK = _event(chunk="a few words ")
COMPLETE = _event(status="complete")
ANSWER = STARTING + CHUNK * 20 + COMPLETE
# Longer than what counts as quick.
WAIT = pause(0.3)
# Far longer than a busy machine may keep the first event from the one that reads it.
LONG_WAIT = pause(2)
PACED = [part for _ in range(12) for part in (pause(0.05), CHUNK)]


def _doctor(url: str, capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, str]:
    code = main(["doctor", url, *options])
    return code, capsys.readouterr().out


def test_service_that_streams_passes(function: Function, capsys: pytest.CaptureFixture[str]) -> None:
    code, printed = _doctor(function.url, capsys)
    assert code == 0, printed
    assert "It streams: 2" in printed
    assert "Change:" not in printed
    for line in ("head", "first byte", "first text", "last text", "gaps"):
        assert f"  {line} " in printed


def test_slow_stream_passes_too(capsys: pytest.CaptureFixture[str]) -> None:
    with serving([WAIT, sse_head(), STARTING, *PACED, COMPLETE]) as url:
        code, printed = _doctor(url, capsys)
    assert code == 0, printed


def test_compressed_stream_that_flushes_passes(capsys: pytest.CaptureFixture[str]) -> None:
    """Members of one gzip body, each complete: a compressor that holds nothing back."""
    compressor = zlib.compressobj(wbits=31)
    parts: list[Part] = []
    for data in (STARTING, *[CHUNK] * 12, COMPLETE):
        parts += [pause(0.05), compressor.compress(data) + compressor.flush(zlib.Z_SYNC_FLUSH)]
    head = sse_head("200 OK", "text/event-stream", "content-encoding: gzip")
    with serving([head, *parts, compressor.flush()]) as url:
        code, printed = _doctor(url, capsys)
    assert code == 0, printed
    assert "compressed (gzip) without holding them back" in printed


@pytest.mark.parametrize(
    ("parts", "what", "change"),
    [
        ([WAIT, sse_head(), ANSWER], "the service held it", "send each chunk as it is made"),
        ([WAIT, sse_head(), STARTING, *[CHUNK] * 20, COMPLETE], "It does not stream: 20 chunks", "send each chunk"),
        (
            [WAIT, sse_head("200 OK", "text/event-stream", f"content-length: {len(ANSWER)}"), ANSWER],
            "its length was known before its first byte",
            "a streaming response",
        ),
        (
            [WAIT, sse_head("200 OK", "text/event-stream", "content-encoding: gzip"), gzip.compress(ANSWER)],
            "it came compressed (gzip)",
            "Exclude text/event-stream from compression",
        ),
        (
            [WAIT, sse_head("200 OK", "text/event-stream", "server: nginx"), ANSWER],
            "a proxy is in front (nginx)",
            "proxy_buffering off",
        ),
        (
            [WAIT, sse_head("200 OK", "text/event-stream", "apigw-requestid: r"), ANSWER],
            "an HTTP API is in front",
            "Call the function URL",
        ),
        (
            [sse_head(), STARTING, LONG_WAIT, CHUNK * 20 + COMPLETE],
            "the source returns it as a whole",
            "yield text as it arrives",
        ),
        (
            [sse_head("200 OK", "application/json", "apigw-requestid: r"), b'{"statusCode":200}' + b"\0" * 8, ANSWER],
            "begins with the metadata of a streamed invocation",
            "AWS_LWA_INVOKE_MODE=buffered",
        ),
        (
            [sse_head("502 Bad Gateway", "text/html", "server: nginx"), b"<title>502 Bad Gateway</title>"],
            "that is a page of a proxy (nginx)",
            "reaches the service",
        ),
        (
            [sse_head("403 Forbidden", "application/json", "x-amzn-requestid: r"), b'{"Message":"Forbidden. For ..."}'],
            "403 (Forbidden. For ...): the function URL does not allow",
            "lambda:InvokeFunctionUrl and lambda:InvokeFunction",
        ),
        (
            [
                sse_head("403 Forbidden", "application/json", "x-amz-apigw-id: a", "x-amzn-requestid: r"),
                b'{"message":"Missing Authentication Token"}',
            ],
            "the request was not signed",
            "execute-api:Invoke",
        ),
        (
            [
                sse_head("403 Forbidden", "application/json", "x-amz-cf-id: c", "x-amzn-requestid: r"),
                b'{"message":"The request signature we calculated does not match the signature you provided."}',
            ],
            "the hash of the body that CloudFront signed",
            "Send x-amz-content-sha256",
        ),
        ([sse_head(), STARTING, CHUNK], "ended without its last event", "crash or a timeout"),
        ([sse_head(), STARTING, reset], "ended without its last event", "crash or a timeout"),
        ([sse_head(), STARTING, _event(error="Busy.", code="throttled")], "Busy. (code throttled)", "stream id s1"),
        ([sse_head("200 OK", "text/event-stream", "content-encoding: gzip"), b"no gzip"], "not be decoded", "Exclude"),
        ([], "hung up before it answered", "log"),
    ],
)
def test_misbehaviour_is_named_with_what_to_change(
    parts: list[Part], what: str, change: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(parts) as url:
        code, printed = _doctor(url, capsys)
    assert code == 1
    *_, verdict, advice = printed.strip().splitlines()
    assert what in verdict
    assert advice.startswith("Change: ")
    assert change in advice


@pytest.mark.parametrize(
    ("parts", "what"),
    [([stall], "accepted the request and sent nothing"), ([sse_head(), STARTING, CHUNK, stall], "then went silent")],
)
def test_silence_ends_the_measurement(parts: list[Part], what: str, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(parts) as url:
        code, printed = _doctor(url, capsys, "--read-seconds", "0.2")
    assert code == 1
    assert what in printed


def test_nobody_there_is_reported(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    code, printed = _doctor(f"http://127.0.0.1:{port}", capsys)
    assert code == 1
    assert "Nothing accepts connections at 127.0.0.1" in printed


def test_service_without_tls_is_reported(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        # It speaks before it reads, so that the handshake meets something that is no TLS.
        thread = threading.Thread(target=_greet, args=(listener,))
        thread.start()
        code, printed = _doctor(f"https://127.0.0.1:{listener.getsockname()[1]}", capsys)
        thread.join()
    assert code == 1
    assert "No trusted connection" in printed


def _greet(listener: socket.socket) -> None:
    connection, _ = listener.accept()
    with connection:
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        stall(connection)


def test_missing_credentials_are_reported(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    code, printed = _doctor("https://abc.lambda-url.eu-west-1.on.aws/", capsys)
    assert code == 1
    assert "could not be signed" in printed


def test_prompt_and_headers_are_sent_as_given(capsys: pytest.CaptureFixture[str]) -> None:
    with recording([sse_head(), ANSWER]) as server:
        _doctor(server.url, capsys, "--prompt", "héllo", "--header", "x-token: a: b")
    (request,) = server.requests
    assert (request.method, request.target, request.headers["x-token"]) == ("POST", "/stream", "a: b")
    assert json.loads(request.body) == {"input": "héllo"}


def test_header_without_a_colon_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["doctor", "http://127.0.0.1", "--header", "token"])
    assert "Expected 'name: value', got no colon." in capsys.readouterr().err


@pytest.mark.parametrize("age", [None, "7"], ids=["fresh", "cached"])
def test_errors_that_cloudfront_keeps_are_found_behind_a_stream(
    age: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    edge = "x-amz-cf-id: any"
    refusal = sse_head("422 Unprocessable Content", "application/problem+json", edge)
    kept = sse_head("422 Unprocessable Content", "application/problem+json", edge, *([f"age: {age}"] if age else []))
    stream = [sse_head("200 OK", "text/event-stream", edge), STARTING, *PACED, COMPLETE]
    with serving(stream, [refusal], [kept]) as url:
        code, printed = _doctor(url, capsys)
    assert code == (1 if age else 0), printed
    assert ("CloudFront keeps its errors" in printed) is bool(age)
