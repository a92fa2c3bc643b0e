"""Turns facts into a verdict. There is no clock and no socket here: the same facts give the same verdict."""

from __future__ import annotations

from http import HTTPStatus

from . import layers
from .facts import Facts, Failure, Verdict
from .refusals import refusal
from .timeline import ArrivalPattern, Timeline, read_timeline

# https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode-lambda.html
_PRELUDE_START = b'{"statusCode":'
_PRELUDE_END = b"\0" * 8


def diagnose(facts: Facts) -> Verdict:
    if facts.status is None:
        return _no_answer(facts)
    if facts.body.replace(b" ", b"").startswith(_PRELUDE_START):
        return _prelude(facts)
    if facts.status != HTTPStatus.OK:
        return refusal(facts)
    if facts.media_type != "text/event-stream":
        return _other_content(facts)
    return _stream(facts, read_timeline(facts.arrivals))


def _no_answer(facts: Facts) -> Verdict:
    if facts.failure is Failure.ENVIRONMENT:
        return Verdict(facts.detail, "Correct or unset the variable.")
    sentences = {**_without_answer(facts), **(_without_answer_of(facts.proxy, facts) if facts.proxy else {})}
    what, change = sentences.get(facts.failure or Failure.HUNG_UP, ("No answer", "Read the service's log"))
    return Verdict(f"{what}" + (f" ({facts.detail})." if facts.detail else "."), f"{change}.")


def _without_answer(facts: Facts) -> dict[Failure, tuple[str, str]]:
    host = facts.host
    trusted = f" and those that {facts.certificates} names" if facts.certificates else ""
    return {
        Failure.UNKNOWN_HOST: (f"No such host: {host}", "Check the URL, or whether the stack is still deployed"),
        Failure.UNREACHABLE: (
            f"Nothing accepts connections at {host}",
            "Start the service (make dev), or check the port",
        ),
        Failure.CONNECT_TIMEOUT: (f"{host} does not answer to a connection", "Check firewall, VPN and proxy"),
        Failure.TLS: (
            f"No trusted connection to {host}",
            f"Check the certificate{trusted}, or use http: for a local service",
        ),
        Failure.HUNG_UP: (f"{host} hung up before it answered", "Read the service's log; it probably ended"),
        Failure.SILENT: (
            f"{host} accepted the request and sent nothing",
            "Read the service's log; a layer that buffers a long answer looks like this too",
        ),
        Failure.UNSIGNED: ("The request could not be signed", "Run `aws configure`, or name a --profile"),
    }


def _without_answer_of(proxy: str, facts: Facts) -> dict[Failure, tuple[str, str]]:
    """The sentences that differ where a proxy is between: a connection is one to the proxy."""
    host = facts.host
    change = f"Correct the variable, or let NO_PROXY name {host} if it can be reached without a proxy"
    return {
        Failure.UNKNOWN_HOST: (f"No such host: that of the proxy {proxy}", change),
        Failure.UNREACHABLE: (f"The proxy {proxy} accepts no connections", change),
        Failure.CONNECT_TIMEOUT: (f"The proxy {proxy} does not answer to a connection", change),
        Failure.PROXY: (
            f"The proxy {proxy} opens no connection to {host}",
            f"Give it the user and password that it asks for, have {host} allowed there, or let NO_PROXY name the host",
        ),
        Failure.TLS: (
            f"No trusted connection to {host} through the proxy {proxy}",
            "Check the certificate; that of a proxy that reads TLS has to be in the file that SSL_CERT_FILE names",
        ),
        Failure.HUNG_UP: (
            f"{host}, or the proxy {proxy}, hung up before it answered",
            "Read the service's log, and measure again with NO_PROXY naming this host",
        ),
        Failure.SILENT: (
            f"{host}, or the proxy {proxy}, accepted the request and sent nothing",
            "Read the service's log, and measure again with NO_PROXY naming this host",
        ),
    }


def _prelude(facts: Facts) -> Verdict:
    """The verdict on a body that still begins with the metadata that a streamed invocation writes for its endpoint."""
    if _PRELUDE_END not in facts.body:
        return Verdict(
            "The body is the JSON envelope of a whole answer: the adapter is in mode buffered, but the endpoint "
            "in front of it expects a stream.",
            "Set AWS_LWA_INVOKE_MODE=response_stream on the function.",
        )
    what = "The body begins with the metadata of a streamed invocation, which the endpoint should have removed: "
    if layers.is_http_api(facts):
        return Verdict(
            f"{what}an HTTP API is in front of a function in mode response_stream.",
            "Let the HTTP API invoke a function with AWS_LWA_INVOKE_MODE=buffered, and stream through the function URL "
            "or a REST API.",
        )
    if layers.is_rest_api(facts):
        return Verdict(
            f"{what}the REST API invokes a function in mode response_stream without streaming.",
            "Set responseTransferMode STREAM on the integration.",
        )
    return Verdict(
        f"{what}the function URL is in mode BUFFERED, and the adapter in mode response_stream.",
        "Set InvokeMode RESPONSE_STREAM on the function URL.",
    )


def _other_content(facts: Facts) -> Verdict:
    if {"text", "chunks"} <= facts.document.keys():
        return Verdict(
            "This is /generate, which answers with the whole text by design.", "Give the URL of the stream (/stream)."
        )
    shown = facts.media_type or "no content-type"
    if facts.media_type == "text/html":
        proxy = layers.named_proxy(facts) or facts.proxy
        whose = f"of a proxy ({proxy})" if proxy else "of another service or of a proxy"
        return Verdict(
            f"Expected text/event-stream, got {shown}: a page {whose} answered.",
            "Check the URL; a proxy that wants a login has to let this host through (NO_PROXY).",
        )
    return Verdict(
        f"Expected text/event-stream, got {shown}: the answer is not a stream of events.",
        "Give the URL of the stream (/stream), and let the service set its content-type.",
    )


def _stream(facts: Facts, timeline: Timeline) -> Verdict:
    if timeline.error is not None:
        return Verdict(
            f"The stream began and failed: {timeline.error.message} (code {timeline.error.code}).",
            f"Read the function's log for stream id {timeline.stream_id}.",
        )
    if facts.failure is not None or not (timeline.complete or timeline.foreign):
        return _truncated(facts, timeline)
    match timeline.pattern:
        case ArrivalPattern.STEADY:
            return Verdict(_streams(facts, timeline), streams=True)
        case ArrivalPattern.ONE_BURST | ArrivalPattern.BURSTS:
            return layers.find_layer(facts, timeline)
        case ArrivalPattern.HELD_BY_SOURCE:
            later = timeline.chunk_seconds[0] - timeline.first_byte_seconds
            return Verdict(
                f"No layer held the first byte ({timeline.first_byte_seconds:.2f} s), but the text came at once "
                f"{later:.2f} s later: the source returns it as a whole.",
                "Let the source yield text as it arrives.",
            )
    return _unclear(timeline)


def _streams(facts: Facts, timeline: Timeline) -> str:
    what = f"It streams: {len(timeline.chunk_seconds)} chunks, one every {timeline.median_gap_seconds * 1000:.0f} ms"
    if timeline.foreign:
        what += ", in events that are not of this project's contract"
    encoding = facts.headers.get("content-encoding", "identity")
    return what + ("." if encoding == "identity" else f", compressed ({encoding}) without holding them back.")


def _truncated(facts: Facts, timeline: Timeline) -> Verdict:
    after = facts.arrivals[-1].seconds if facts.arrivals else facts.head_seconds
    if facts.failure is Failure.SILENT:
        what, change = "then went silent", "Read the function's log; a healthy service sends a comment every 10 s"
    elif facts.failure is Failure.UNREADABLE:
        what, change = "then could not be decoded", "Exclude text/event-stream from compression"
    else:
        what = "ended without its last event"
        change = (
            "Read the function's log for a crash or a timeout; a cut at about 30 or 60 s is a layer in front that "
            "gives up waiting"
        )
    named = f" (stream id {timeline.stream_id})" if timeline.stream_id else ""
    return Verdict(f"The stream began, {what} after {after:.2f} s{named}.", f"{change}.")


def _unclear(timeline: Timeline) -> Verdict:
    count = len(timeline.chunk_seconds)
    match timeline.pattern:
        case ArrivalPattern.LATE:
            return Verdict(
                f"Unclear: {count} chunks came one by one, but within {timeline.spread_seconds:.2f} s after a wait of "
                f"{timeline.chunk_seconds[0]:.2f} s.",
                "Measure again when the function is warm, with a longer prompt.",
                ask_again=True,
            )
        case ArrivalPattern.TOO_FAST:
            what = f"Unclear: the whole answer took {timeline.chunk_seconds[-1]:.2f} s, too fast to judge"
        case _:
            what = f"Unclear: {count} chunks of text are too few to judge"
    return Verdict(f"{what}.", "Give a prompt whose answer is longer (--prompt).")
