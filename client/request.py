"""The request of a stream."""

from __future__ import annotations

import hashlib
import json
from urllib.parse import quote

import httpx

from .call import Call

_HEADERS = {
    "accept": "text/event-stream",
    # A compressor between here and there would hold text back until it has enough.
    "accept-encoding": "identity",
    "cache-control": "no-store",
    "user-agent": f"python-httpx/{httpx.__version__}",
}


def endpoint(url: str) -> str:
    """The URL of the stream, also where only the root of its service is given. Raises ValueError for an invalid URL."""
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise ValueError(f"Expected a URL, got {url!r}: {error}.") from error
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise ValueError(f"Expected a URL that begins with https:// or http://, got {url!r}.")
    return str(parsed.copy_with(path=f"{parsed.path}stream")) if parsed.path.endswith("/") else url


def build_request(call: Call) -> httpx.Request:
    """Raises ValueError for an invalid URL."""
    url = endpoint(call.url)
    content = None
    headers = httpx.Headers(_HEADERS)
    if call.method == "GET":
        url += f"{'&' if httpx.URL(url).query else '?'}input={quote(call.prompt, safe='')}"
    else:
        content = json.dumps({"input": call.prompt}).encode()
        headers["content-type"] = "application/json"
        # CloudFront signs for the function URL behind it by this hash, which it does not compute; harmless elsewhere.
        # https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-lambda.html
        headers["x-amz-content-sha256"] = hashlib.sha256(content).hexdigest()
    headers.update(call.headers)
    return httpx.Request(call.method, url, headers=headers, content=content, extensions={"timeout": _timeout(call)})


def _timeout(call: Call) -> dict[str, float | None]:
    """The time-outs of httpx; Exchange changes `read` once the answer has begun."""
    connect, first_byte = call.timeouts.connect_seconds, call.timeouts.first_byte_seconds
    return {"connect": connect, "pool": connect, "write": first_byte, "read": first_byte}
