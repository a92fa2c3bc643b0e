"""Every case of the diagnosis: what was seen, and the sentences that follow from it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import httpx
import pytest

from client.doctor import Arrival, Facts, Failure, Verdict, diagnose

LOCAL = "http://127.0.0.1:8080/stream"
FUNCTION_URL = "https://abc.lambda-url.eu-west-1.on.aws/stream"
REST_API = "https://abc.execute-api.eu-west-1.amazonaws.com/prod/stream"
HTTP_API = "https://abc.execute-api.eu-west-1.amazonaws.com/stream"
CLOUDFRONT = "https://abc.cloudfront.net/stream"

PROXY = "http://proxy:3128 (HTTP_PROXY)"

FROM_FUNCTION_URL = {"x-amzn-requestid": "r", "x-amzn-trace-id": "t"}
FROM_HTTP_API = {"apigw-requestid": "r"}
FROM_REST_API = {"x-amzn-requestid": "r", "x-amz-apigw-id": "a"}
FROM_CLOUDFRONT = {"via": "1.1 abc.cloudfront.net (CloudFront)", "x-amz-cf-id": "c", "x-cache": "Miss from cloudfront"}


def _event(**fields: object) -> bytes:
    return f"id: 1\n\ndata: {json.dumps(fields)}\n\n".encode()


STARTING = _event(status="starting", id="s1")
CHUNK = _event(chunk="a few words ")
COMPLETE = _event(status="complete")
PACED = [STARTING, *[CHUNK] * 12, COMPLETE]
BURST = [STARTING + CHUNK * 12 + COMPLETE]


def _seen(
    url: str,
    body: Sequence[bytes] = (),
    headers: Mapping[str, str] | None = None,
    *,
    status: int = 200,
    content_type: str = "text/event-stream",
    start: float = 1.0,
    signed: bool = True,
    proxy: str | None = None,
    failure: Failure | None = None,
) -> Facts:
    """The writes of a body, 50 ms apart."""
    return Facts(
        url=url,
        signed=signed,
        proxy=proxy,
        status=status,
        headers=httpx.Headers({"content-type": content_type, **(headers or {})}),
        head_seconds=start,
        arrivals=tuple(Arrival(start + 0.05 * number, data) for number, data in enumerate(body)),
        failure=failure,
    )


def _refused(url: str, status: int, body: str, headers: Mapping[str, str] | None = None, **more: bool) -> Facts:
    kind = "text/html" if body.startswith("<") else "application/json"
    return _seen(url, [body.encode()], headers, status=status, content_type=kind, **more)  # type: ignore[arg-type]


def _assert_says(verdict: Verdict, what: str, change: str) -> None:
    assert not verdict.streams
    assert what in verdict.what
    assert change in verdict.change
    for sentence in (verdict.what, verdict.change):
        assert sentence.endswith(".")
        assert "\n" not in sentence


@pytest.mark.parametrize(
    ("headers", "what"),
    [
        ({}, "It streams: 12 chunks, one every 50 ms."),
        (FROM_CLOUDFRONT | FROM_FUNCTION_URL, "It streams: 12 chunks, one every 50 ms."),
        (
            {"content-encoding": "gzip"},
            "It streams: 12 chunks, one every 50 ms, compressed (gzip) without holding",
        ),
    ],
)
def test_text_that_comes_chunk_by_chunk_streams(headers: dict[str, str], what: str) -> None:
    verdict = diagnose(_seen(LOCAL, PACED, headers))
    assert verdict.streams
    assert verdict.what.startswith(what)


def test_stream_of_another_contract_is_judged_by_its_pattern() -> None:
    verdict = diagnose(_seen("https://example.com/v1/chat", [b'data: {"delta": "x"}\n\n'] * 10))
    assert verdict.streams
    assert "not of this project's contract" in verdict.what


@pytest.mark.parametrize(
    ("url", "headers", "proxy", "what", "change"),
    [
        (
            FUNCTION_URL,
            FROM_FUNCTION_URL | {"content-length": "900"},
            None,
            "mode BUFFERED",
            "InvokeMode RESPONSE_STREAM",
        ),
        (FUNCTION_URL, FROM_FUNCTION_URL, None, "adapter or its code", "AWS_LWA_INVOKE_MODE=response_stream"),
        (CLOUDFRONT, FROM_CLOUDFRONT | FROM_FUNCTION_URL, None, "adapter or its code", "AWS_LWA_INVOKE_MODE"),
        (CLOUDFRONT, {"x-cache": "Hit from cloudfront"}, None, "a cache answered", "CachingDisabled"),
        (CLOUDFRONT, FROM_CLOUDFRONT | {"content-encoding": "br"}, None, "compressed (br)", "compress=False"),
        (HTTP_API, FROM_HTTP_API | {"content-length": "900"}, None, "an HTTP API is in front", "Call the function URL"),
        (REST_API, FROM_REST_API, None, "a REST API is in front", "responseTransferMode STREAM"),
        (LOCAL, {"content-encoding": "gzip"}, None, "compressed (gzip)", "text/event-stream from compression"),
        (LOCAL, {"server": "nginx/1.27"}, None, "a proxy is in front (nginx/1.27)", "proxy_buffering off"),
        (LOCAL, {"via": "1.1 squid"}, None, "a proxy is in front (1.1 squid)", "buffering and compression"),
        (LOCAL, {}, PROXY, "through the proxy http://proxy:3128 (HTTP_PROXY)", "NO_PROXY"),
        (LOCAL, {"content-length": "900", "server": "uvicorn"}, None, "length was known", "a streaming response"),
        (LOCAL, {"server": "uvicorn"}, None, "the service held it", "middleware that reads the body"),
    ],
)
def test_text_at_once_names_the_layer_that_probably_held_it(
    url: str, headers: dict[str, str], proxy: str | None, what: str, change: str
) -> None:
    verdict = diagnose(_seen(url, BURST, headers, proxy=proxy))
    _assert_says(verdict, what, change)
    assert verdict.what.startswith(
        "It does not stream: 12 chunks of text came within 0.00 s after a wait of 1.00 s, and"
    )


def test_text_in_bursts_names_their_number() -> None:
    facts = _seen(LOCAL, [STARTING + CHUNK * 10, CHUNK * 10 + COMPLETE], {"server": "nginx"}, start=0.05)
    _assert_says(diagnose(facts), "20 chunks of text came in 2 bursts", "proxy_buffering off")


def test_first_byte_long_before_a_text_at_once_points_at_the_source() -> None:
    arrivals = (Arrival(0.02, STARTING), Arrival(2.0, CHUNK * 12 + COMPLETE))
    facts = Facts(LOCAL, status=200, headers=httpx.Headers({"content-type": "text/event-stream"}), arrivals=arrivals)
    _assert_says(diagnose(facts), "the source returns it as a whole", "yield text as it arrives")


def test_chunks_after_a_long_wait_ask_for_a_second_measurement() -> None:
    verdict = diagnose(_seen(LOCAL, PACED, start=10))
    _assert_says(verdict, "Unclear: 12 chunks came one by one", "when the function is warm")
    assert verdict.ask_again


@pytest.mark.parametrize(
    ("body", "start", "what"),
    [
        ([STARTING + CHUNK + COMPLETE], 1.0, "1 chunks of text are too few"),
        ([STARTING + COMPLETE], 1.0, "0 chunks of text are too few"),
        ([STARTING + CHUNK * 9 + COMPLETE], 0.01, "the whole answer took 0.01 s, too fast to judge"),
    ],
)
def test_what_cannot_be_judged_asks_for_a_longer_prompt(body: list[bytes], start: float, what: str) -> None:
    _assert_says(diagnose(_seen(LOCAL, body, start=start)), what, "--prompt")


@pytest.mark.parametrize(
    ("url", "headers", "what", "change"),
    [
        (HTTP_API, FROM_HTTP_API, "an HTTP API is in front", "AWS_LWA_INVOKE_MODE=buffered"),
        (REST_API, FROM_REST_API, "the REST API invokes", "responseTransferMode STREAM"),
        (FUNCTION_URL, FROM_FUNCTION_URL, "the function URL is in mode BUFFERED", "InvokeMode RESPONSE_STREAM"),
    ],
)
def test_metadata_in_the_body_names_the_front_that_left_it_there(
    url: str, headers: dict[str, str], what: str, change: str
) -> None:
    prelude = b'{"statusCode":200,"headers":{"content-type":"text/event-stream"},"cookies":[]}' + b"\0" * 8
    facts = _seen(url, [prelude, *PACED], headers, content_type="application/octet-stream")
    _assert_says(diagnose(facts), what, change)


def test_envelope_in_the_body_is_a_buffered_adapter_behind_a_streaming_front() -> None:
    facts = _refused(FUNCTION_URL, 200, '{ "statusCode": 200, "headers": {}, "body": "", "isBase64Encoded": false}')
    _assert_says(diagnose(facts), "adapter is in mode buffered", "AWS_LWA_INVOKE_MODE=response_stream")


SIGNATURE = '{"message":"The request signature we calculated does not match the signature you provided."}'
FORBIDDEN = '{"Message":"Forbidden. For troubleshooting Function URL authorization issues, see: https://docs"}'
BOTH = "lambda:InvokeFunctionUrl and lambda:InvokeFunction (both, since October 2025)"


@pytest.mark.parametrize(
    ("facts", "what", "change"),
    [
        (
            _refused(FUNCTION_URL, 403, FORBIDDEN, FROM_FUNCTION_URL),
            "does not allow the caller to",
            f"the caller {BOTH}",
        ),
        (_refused(FUNCTION_URL, 403, FORBIDDEN, signed=False), "a caller who does not sign", f"the caller {BOTH}"),
        (_refused(FUNCTION_URL, 403, SIGNATURE), "another request, key, region or service", "Check secret key, clock"),
        (
            _refused(FUNCTION_URL, 403, '{"message":"The security token included in the request is expired"}'),
            "credentials are not valid",
            "another profile",
        ),
        (_refused(CLOUDFRONT, 403, SIGNATURE, FROM_CLOUDFRONT), "hash of the body", "Send x-amz-content-sha256"),
        (
            _refused(CLOUDFRONT, 403, FORBIDDEN, FROM_CLOUDFRONT | FROM_FUNCTION_URL),
            "origin access control",
            f"cloudfront.amazonaws.com {BOTH}",
        ),
        (
            _refused(CLOUDFRONT, 403, "<html><title>ERROR</title>The request could not be satisfied.", FROM_CLOUDFRONT),
            "CloudFront itself refused",
            "web ACL",
        ),
        (
            _refused(REST_API, 403, '{"message":"Missing Authentication Token"}', FROM_REST_API, signed=False),
            "the request was not signed",
            "execute-api:Invoke",
        ),
        (
            _refused(REST_API, 403, '{"message":"Missing Authentication Token"}', FROM_REST_API),
            "knows no such stage, path or method",
            "/STAGE/stream",
        ),
        (
            _refused(REST_API, 403, '{"Message":"User: arn:aws:iam::1:user/x is not authorized to perform"}'),
            "does not allow the caller",
            "execute-api:Invoke on this stage",
        ),
        (_refused(HTTP_API, 401, '{"message":"Unauthorized"}', FROM_HTTP_API), "authorizer wants a token", "--header"),
        (_refused(LOCAL, 401, ""), "The answer is 401: the service requires a token.", "--header"),
    ],
)
def test_refused_caller_learns_which_permission_or_signature_is_missing(facts: Facts, what: str, change: str) -> None:
    _assert_says(diagnose(facts), what, change)


@pytest.mark.parametrize(
    ("facts", "what", "change"),
    [
        (_refused(HTTP_API, 404, '{"message":"Not Found"}', FROM_HTTP_API), "an HTTP API is in front", "function URL"),
        (_refused(LOCAL, 404, '{"detail": "No such path."}'), "404 (No such path.)", "ends in /stream"),
        (_refused(LOCAL, 429, "{}", {"retry-after": "5"}), "429: too busy", "after 5 s"),
        (_refused(LOCAL, 503, "[]"), "503: too busy", "later"),
        (_refused(HTTP_API, 504, "{}", FROM_HTTP_API), "gave up waiting", "about 30 s"),
        (_refused(HTTP_API, 500, '{"message":"Internal Server Error"}'), "the function failed", "adapter's mode"),
        (_refused(FUNCTION_URL, 502, "Internal Server Error"), "the function failed", "adapter's mode"),
        (_refused(LOCAL, 500, "oops"), "The answer is 500: the service failed.", "service's log"),
        (
            _refused(LOCAL, 502, "<html><title>502 Bad Gateway</title></html>", {"server": "nginx"}),
            "502 (502 Bad Gateway): that is a page of a proxy (nginx)",
            "reaches the service",
        ),
        (
            _refused(LOCAL, 308, "", {"location": "https://example.com/"}),
            "a redirect",
            "Call https://example.com/ itself",
        ),
        (
            _refused(LOCAL, 422, '{"detail": "Field \'input\' is empty."}'),
            "422 (Field 'input' is empty.)",
            "Correct the",
        ),
    ],
)
def test_error_of_http_says_who_answered(facts: Facts, what: str, change: str) -> None:
    _assert_says(diagnose(facts), what, change)


@pytest.mark.parametrize(
    ("facts", "what", "change"),
    [
        (
            _refused(LOCAL, 200, '{"id": "s1", "text": "a b", "chunks": 2, "status": "complete"}'),
            "/generate",
            "(/stream)",
        ),
        (_refused(LOCAL, 200, "<html>Log in", {"via": "1.1 wall"}), "a page of a proxy (1.1 wall)", "NO_PROXY"),
        (_refused(LOCAL, 200, "<html>Hello"), "a page of another service or of a proxy", "Check the URL"),
        (_refused(LOCAL, 200, '{"hello": 1}'), "Expected text/event-stream, got application/json", "content-type"),
    ],
)
def test_content_that_is_no_stream_is_named(facts: Facts, what: str, change: str) -> None:
    _assert_says(diagnose(facts), what, change)


@pytest.mark.parametrize(
    ("failure", "what", "change"),
    [
        (None, "ended without its last event after 1.05 s (stream id s1)", "30 or 60 s"),
        (Failure.HUNG_UP, "ended without its last event", "crash or a timeout"),
        (Failure.SILENT, "then went silent after 1.05 s", "a comment every 10 s"),
        (Failure.UNREADABLE, "then could not be decoded", "from compression"),
    ],
)
def test_stream_that_breaks_off_says_how(failure: Failure | None, what: str, change: str) -> None:
    _assert_says(diagnose(_seen(LOCAL, [STARTING, CHUNK], failure=failure)), what, change)


def test_stream_without_any_event_is_truncated() -> None:
    _assert_says(diagnose(_seen(LOCAL)), "ended without its last event after 1.00 s.", "function's log")


def test_error_event_is_reported_with_code_and_stream_id() -> None:
    facts = _seen(LOCAL, [*PACED[:-1], _event(error="The model is busy.", code="throttled")])
    _assert_says(diagnose(facts), "The model is busy. (code throttled)", "stream id s1")


@pytest.mark.parametrize(
    ("failure", "what", "change"),
    [
        (Failure.UNKNOWN_HOST, "No such host: 127.0.0.1 (in its words).", "Check the URL"),
        (Failure.UNREACHABLE, "Nothing accepts connections", "make dev"),
        (Failure.CONNECT_TIMEOUT, "does not answer to a connection", "firewall"),
        (Failure.TLS, "No trusted connection", "certificate"),
        (Failure.HUNG_UP, "hung up before it answered", "log"),
        (Failure.SILENT, "sent nothing", "buffers a long answer"),
        (Failure.UNSIGNED, "could not be signed", "--profile"),
    ],
)
def test_no_answer_at_all_says_how_far_it_came(failure: Failure, what: str, change: str) -> None:
    _assert_says(diagnose(Facts(LOCAL, failure=failure, detail="in its words")), what, change)


@pytest.mark.parametrize(
    ("failure", "what", "change"),
    [
        (Failure.UNKNOWN_HOST, f"No such host: that of the proxy {PROXY}", "NO_PROXY name service.example"),
        (Failure.UNREACHABLE, f"The proxy {PROXY} accepts no connections", "Correct the variable"),
        (Failure.CONNECT_TIMEOUT, f"The proxy {PROXY} does not answer", "Correct the variable"),
        (Failure.PROXY, f"The proxy {PROXY} opens no connection to service.example", "user and password"),
        (Failure.TLS, f"service.example through the proxy {PROXY}", "SSL_CERT_FILE"),
        (Failure.HUNG_UP, f"service.example, or the proxy {PROXY}, hung up", "NO_PROXY"),
        (Failure.SILENT, f"service.example, or the proxy {PROXY}, accepted", "NO_PROXY"),
        (Failure.UNSIGNED, "could not be signed", "--profile"),
    ],
)
def test_no_answer_through_a_proxy_names_the_proxy(failure: Failure, what: str, change: str) -> None:
    facts = Facts("https://service.example/stream", failure=failure, detail="in its words", proxy=PROXY)
    _assert_says(diagnose(facts), what, change)


@pytest.mark.parametrize("status", [407, 403, 502, 503, 504])
def test_error_over_http_may_be_the_proxy_s(status: int) -> None:
    facts = _seen("http://service.example/stream", [b"<title>No</title>"], status=status, proxy=PROXY)
    _assert_says(diagnose(facts), f"the proxy {PROXY}", "")
    over_https = _seen("https://service.example/stream", [b"{}"], status=status, proxy=PROXY)
    assert PROXY not in diagnose(over_https).what
    by_aws = _seen("http://service.example/stream", [b"{}"], FROM_HTTP_API, status=status, proxy=PROXY)
    assert PROXY not in diagnose(by_aws).what


def test_connection_that_is_not_trusted_names_where_the_certificates_come_from() -> None:
    facts = Facts(FUNCTION_URL, failure=Failure.TLS, certificates="SSL_CERT_DIR")
    _assert_says(diagnose(facts), "No trusted connection", "Check the certificate and those that SSL_CERT_DIR names")


def test_detail_of_many_lines_stays_one_sentence() -> None:
    _assert_says(diagnose(_refused(LOCAL, 422, '{"detail": "Two\\nlines."}')), "422 (Two lines.)", "Correct")
