"""The text came late and at once: which layer probably held it, and what lets go."""

from __future__ import annotations

from . import front
from .facts import Facts
from .timeline import Timeline
from .verdict import Verdict

_ADAPTER_MODE = "AWS_LWA_INVOKE_MODE=response_stream"


def find_layer(facts: Facts, timeline: Timeline) -> Verdict:
    """The first suspect that the headers name, from the one nearest to certain to the one that is left over."""
    observed = _observed(timeline)
    found = next(filter(None, (suspect(facts) for suspect in _SUSPECTS)), None) or _service(facts)
    # Pieces one by one after a long wait may be a cold start's.
    one_by_one = timeline.lumps == len(timeline.pieces)
    return Verdict(f"It does not stream: {observed}, and {found[0]}.", found[1], ask_again=one_by_one)


def _observed(timeline: Timeline) -> str:
    count = len(timeline.pieces)
    if timeline.lumps > 1 and timeline.spread > 0.1 * timeline.pieces[-1]:
        return f"{count} pieces of text came in {timeline.lumps} lumps"
    return f"{count} pieces of text came within {timeline.spread:.2f} s after a wait of {timeline.pieces[0]:.2f} s"


#: What was seen, and what to change; None clears the suspect.
_Suspicion = tuple[str, str] | None


def _cache(facts: Facts) -> _Suspicion:
    if "hit" not in facts.headers.get("x-cache", "").lower():
        return None
    return "a cache answered", "Disable caching for this path (CloudFront: the managed policy CachingDisabled)."


def _compression(facts: Facts) -> _Suspicion:
    encoding = facts.headers.get("content-encoding", "identity")
    if encoding == "identity":
        return None
    where = "CloudFront: compress=False" if front.is_cloudfront(facts) else "gzip_types of a proxy, a GZipMiddleware"
    return (
        f"it came compressed ({encoding}); a compressor holds text until it has enough",
        f"Exclude text/event-stream from compression ({where}), or send cache-control: no-transform.",
    )


def _api_gateway(facts: Facts) -> _Suspicion:
    if front.is_http_api(facts):
        return (
            "an HTTP API is in front, which never streams",
            "Call the function URL or the REST API (ResponseTransferMode STREAM) instead.",
        )
    if front.is_api_gateway(facts):
        return (
            "a REST API is in front, which answers whole unless told otherwise",
            f"Set responseTransferMode STREAM on the integration, and {_ADAPTER_MODE} on the function.",
        )
    return None


def _function_url(facts: Facts) -> _Suspicion:
    if not front.is_function_url(facts):
        return None
    if "content-length" in facts.headers:
        return (
            "its length was known before its first byte, so the function URL is in mode BUFFERED",
            f"Set InvokeMode RESPONSE_STREAM on the function URL, and {_ADAPTER_MODE} on the function.",
        )
    return (
        "no other layer shows itself between the function and here, so the function's adapter or its code held it",
        f"Set {_ADAPTER_MODE} on the function, and let the application send each piece as it is made.",
    )


def _proxy(facts: Facts) -> _Suspicion:
    found = front.proxy(facts)
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
        f"the way leads through the proxy that the environment names ({facts.proxy})",
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
        "Let the application send each piece as it is made, and look for a middleware that reads the body first.",
    )


_SUSPECTS = (_cache, _compression, _api_gateway, _function_url, _proxy)
