"""A client of the Runtime and Extensions APIs for the scripts of these tests; copied next to them."""

from __future__ import annotations

import http.client
import json
import os
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

PRELUDE_TYPE = "application/vnd.awslambda.http-integration-response"
SEPARATOR = bytes(8)

_authority, _, _prefix = os.environ.get("AWS_LAMBDA_RUNTIME_API", "").partition("/")
_prefix = _prefix and f"/{_prefix}"
shared = Path(os.environ.get("SHARED", "."))


class Answer(NamedTuple):
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def error_type(self) -> str:
        return str(json.loads(self.body)["errorType"])


def _answer(connection: http.client.HTTPConnection) -> Answer:
    response = connection.getresponse()
    answer = Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
    connection.close()
    return answer


def call(method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Answer:
    connection = http.client.HTTPConnection(_authority)
    connection.request(method, _prefix + path, body, dict(headers or {}))
    return _answer(connection)


class Invocation:
    def __init__(self, answer: Answer) -> None:
        self.headers = answer.headers
        self.request_id = answer.headers["lambda-runtime-aws-request-id"]
        self.event: Any = json.loads(answer.body)

    def respond(self, body: bytes, request_id: str = "", **headers: str) -> Answer:
        path = f"/2018-06-01/runtime/invocation/{request_id or self.request_id}/response"
        return call("POST", path, body, {name.replace("_", "-"): value for name, value in headers.items()})

    def report(self, kind: str, message: str) -> Answer:
        return self.report_raw(json.dumps({"errorType": kind, "errorMessage": message}).encode(), kind)

    def report_raw(self, body: bytes, kind: str = "unhandled") -> Answer:
        path = f"/2018-06-01/runtime/invocation/{self.request_id}/error"
        return call("POST", path, body, {"Lambda-Runtime-Function-Error-Type": kind})

    def stream(
        self,
        chunks: Iterable[bytes],
        content_type: str = PRELUDE_TYPE,
        trailers: Mapping[str, str] | None = None,
    ) -> Answer:
        connection = http.client.HTTPConnection(_authority)
        connection.putrequest("POST", f"{_prefix}/2018-06-01/runtime/invocation/{self.request_id}/response")
        connection.putheader("Transfer-Encoding", "chunked")
        connection.putheader("Lambda-Runtime-Function-Response-Mode", "streaming")
        connection.putheader("Content-Type", content_type)
        connection.putheader("Trailer", "Lambda-Runtime-Function-Error-Type")
        connection.endheaders()
        for chunk in filter(None, chunks):
            connection.send(b"%x\r\n%s\r\n" % (len(chunk), chunk))
        fields = "".join(f"{name}: {value}\r\n" for name, value in (trailers or {}).items())
        connection.send(f"0\r\n{fields}\r\n".encode())
        return _answer(connection)


def ask() -> Invocation:
    while (answer := call("GET", "/2018-06-01/runtime/invocation/next")).status == 204:
        time.sleep(0.02)  # only cargo-lambda answers so
    assert answer.status == 200, answer
    return Invocation(answer)


def invocations() -> Iterator[Invocation]:
    while True:
        yield ask()


def prelude(
    status: int = 200, headers: Mapping[str, str | list[str]] | None = None, cookies: Iterable[str] = ()
) -> bytes:
    return json.dumps({"statusCode": status, "headers": headers or {}, "cookies": list(cookies)}).encode()


def wait_for(name: str) -> bytes:
    while not (shared / name).exists():
        time.sleep(0.005)
    return b""


def say(*words: object) -> bytes:
    """A line for the log of the emulator."""
    print(*words, flush=True)  # noqa: T201
    return b""


def register(name: str, events: Iterable[str] = ()) -> str:
    body = json.dumps({"events": list(events)}).encode()
    answer = call("POST", "/2020-01-01/extension/register", body, {"Lambda-Extension-Name": name})
    assert answer.status == 200, answer
    return answer.headers["lambda-extension-identifier"]


def next_event(identifier: str) -> Any:
    answer = call("GET", "/2020-01-01/extension/event/next", b"", {"Lambda-Extension-Identifier": identifier})
    return json.loads(answer.body)
