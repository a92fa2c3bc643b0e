"""The layers between the function and the caller: which of them an answer shows, and which one held its text."""

from __future__ import annotations

from http import HTTPStatus

from .facts import Facts, Verdict
from .timeline import Timeline

_ADAPTER_MODE = "AWS_LWA_INVOKE_MODE=response_stream"


def is_http_api(facts: Facts) -> bool:
    return "apigw-requestid" in facts.headers


def is_rest_api(facts: Facts) -> bool:
    return "x-amz-apigw-id" in facts.headers


def is_api_gateway(facts: Facts) -> bool:
    return is_http_api(facts) or is_rest_api(facts) or ".execute-api." in facts.host


def is_function_url(facts: Facts) -> bool:
    """True behind CloudFront too, which passes the headers on. API Gateway sends them as well: rule it out first."""
    return ".lambda-url." in facts.host or "x-amzn-requestid" in facts.headers or "x-amzn-trace-id" in facts.headers


def is_cloudfront(facts: Facts) -> bool:
    return "x-amz-cf-id" in facts.headers or "cloudfront" in facts.headers.get("via", "").lower()


def named_proxy(facts: Facts) -> str | None:
    """The name that a proxy gives itself in `via` or `server`; None for AWS's own layers."""
    via = str(facts.headers.get("via", ""))
    if via and "cloudfront" not in via.lower():
        return via
    server = str(facts.headers.get("server", ""))
    # The server of the application gives its name in this header as well.
    ours = ("", "uvicorn", "cloudfront", "amazons3", "awselb")
    return None if server.partition("/")[0].lower() in ours else server


def find_cached_error(facts: Facts) -> Verdict | None:
    """The verdict on the second of two equal errors, where it came out of CloudFront's cache; None for a fresh one.

    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/custom-error-pages-expiration.html
    """
    if facts.status is None or facts.status < HTTPStatus.BAD_REQUEST or "age" not in facts.headers:
        return None
    age = facts.headers["age"]
    return Verdict(
        f"It streams, but CloudFront keeps its errors: a {facts.status} came out of the cache, {age} s old, "
        "and would answer every caller's GET.",
        "Give every error of the distribution the time to live 0 (error_responses in infra/edge/distribution.py).",
    )


def find_layer(facts: Facts, timeline: Timeline) -> Verdict:
    """The verdict on text that came at once: the first layer that the headers show, the most certain one first."""
    observed = _observed(timeline)
    finding = next(filter(None, (layer(facts) for layer in _LAYERS)), None) or _service(facts)
    # Single chunks after a long wait can be those of a cold start.
    one_by_one = timeline.bursts == len(timeline.chunk_seconds)
    return Verdict(f"It does not stream: {observed}, and {finding[0]}.", finding[1], ask_again=one_by_one)


def _observed(timeline: Timeline) -> str:
    count = len(timeline.chunk_seconds)
    if timeline.bursts > 1 and timeline.spread_seconds > 0.1 * timeline.chunk_seconds[-1]:
        return f"{count} chunks of text came in {timeline.bursts} bursts"
    wait = f"after a wait of {timeline.chunk_seconds[0]:.2f} s"
    return f"{count} chunks of text came within {timeline.spread_seconds:.2f} s {wait}"


#: What the layer did, and what to change. None: the answer shows no sign of this layer.
_Finding = tuple[str, str] | None


def _cache(facts: Facts) -> _Finding:
    if "hit" not in facts.headers.get("x-cache", "").lower():
        return None
    return "a cache answered", "Disable caching for this path (CloudFront: the managed policy CachingDisabled)."


def _compression(facts: Facts) -> _Finding:
    encoding = facts.headers.get("content-encoding", "identity")
    if encoding == "identity":
        return None
    where = "CloudFront: compress=False" if is_cloudfront(facts) else "gzip_types of a proxy, GZipMiddleware"
    return (
        f"it came compressed ({encoding}); a compressor holds text until it has enough",
        f"Exclude text/event-stream from compression ({where}), or send cache-control: no-transform.",
    )


def _api_gateway(facts: Facts) -> _Finding:
    if is_http_api(facts):
        return (
            "an HTTP API is in front, which never streams",
            "Call the function URL or the REST API (ResponseTransferMode STREAM) instead.",
        )
    if is_api_gateway(facts):
        return (
            "a REST API is in front, which buffers unless its integration is set to stream",
            f"Set responseTransferMode STREAM on the integration, and {_ADAPTER_MODE} on the function.",
        )
    return None


def _function_url(facts: Facts) -> _Finding:
    if not is_function_url(facts):
        return None
    if "content-length" in facts.headers:
        return (
            "its length was known before its first byte, so the function URL is in mode BUFFERED",
            f"Set InvokeMode RESPONSE_STREAM on the function URL, and {_ADAPTER_MODE} on the function.",
        )
    return (
        "no other layer shows itself between the function and here, so the function's adapter or its code held it",
        f"Set {_ADAPTER_MODE} on the function, and let the application send each chunk as it is made.",
    )


def _proxy(facts: Facts) -> _Finding:
    found = named_proxy(facts)
    if found is None and facts.proxy is None:
        return None
    if found is not None and "nginx" in found.lower():
        return (
            f"a proxy is in front ({found})",
            "Set proxy_buffering off for this path, or let the service answer with x-accel-buffering: no.",
        )
    if found is not None:
        return f"a proxy is in front ({found})", "Switch its buffering and compression of responses off for this path."
    return (
        f"the request went through the proxy {facts.proxy}",
        "Measure again with NO_PROXY naming this host; if that streams, the proxy buffers.",
    )


def _service(facts: Facts) -> tuple[str, str]:
    if "content-length" in facts.headers:
        return (
            "its length was known before its first byte",
            "Let the application answer with a streaming response instead of a whole one.",
        )
    return (
        "no layer shows itself in front of the service, so the service held it",
        "Let the application send each chunk as it is made, and look for a middleware that reads the body first.",
    )


_LAYERS = (_cache, _compression, _api_gateway, _function_url, _proxy)
