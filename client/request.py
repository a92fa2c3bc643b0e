"""The request of a stream."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from urllib.parse import quote

import httpx

from .call import Call
from .errors import InvalidRequest

_HEADERS = {
    "accept": "text/event-stream",
    # A compressor between here and there would hold text back until it has enough.
    "accept-encoding": "identity",
    "cache-control": "no-store",
    "user-agent": f"python-httpx/{httpx.__version__}",
}
# https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2 and 5.5, without the bytes above ASCII, which mean nothing there.
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"([!-~]([\t -~]*[!-~])?)?")
# They frame the request, and follow from its URL and its body.
_OF_THE_CLIENT = ("content-length", "host", "transfer-encoding")


def endpoint(url: str) -> str:
    """The URL of the stream, also where only the root of its service is given. Raises InvalidRequest."""
    try:
        parsed = httpx.URL(url)
        host = parsed.host
        # A socket encodes the name so, and would raise Python's own error.
        parsed.raw_host.decode("ascii").encode("idna")
    except (httpx.InvalidURL, UnicodeError) as error:
        raise InvalidRequest(f"Expected a URL, got {url!r}: {error}.") from error
    if parsed.scheme not in ("http", "https") or not host or (parsed.port or 0) >= 2**16:
        raise InvalidRequest(f"Expected a URL that begins with https:// or http:// and a host, got {url!r}.")
    return str(parsed.copy_with(path=f"{parsed.path}stream")) if parsed.path.endswith("/") else url


def build_request(call: Call) -> httpx.Request:
    """Raises InvalidRequest for a URL, a prompt or a header that cannot be sent."""
    url = endpoint(call.url)
    _check_prompt(call.prompt)
    check_headers(call.headers)
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


def check_headers(headers: Mapping[str, object]) -> None:
    """Raises InvalidRequest, which names the header and keeps its value, often a secret, to itself."""
    for name, value in headers.items():
        if not _NAME.fullmatch(name):
            raise InvalidRequest(f"Expected the name of a header, in ASCII without spaces, got {name!r}.")
        if name.lower() in _OF_THE_CLIENT:
            raise InvalidRequest(f"Expected no header {name!r}, got one: leave it out, the client sets it itself.")
        if not isinstance(value, str):
            raise InvalidRequest(f"Expected text as the value of the header {name!r}, got {type(value).__name__}.")
        if not _VALUE.fullmatch(value):
            raise InvalidRequest(
                f"Expected the value of the header {name!r} to be printable ASCII without spaces around it, got other "
                "characters, such as a line end: strip it, or encode it."
            )


def _check_prompt(prompt: str) -> None:
    try:
        prompt.encode()
    except UnicodeEncodeError as error:
        raise InvalidRequest("Expected a prompt of whole Unicode characters, got half a surrogate pair.") from error


def _timeout(call: Call) -> dict[str, float | None]:
    """The time-outs of httpx; Exchange changes `read` once the answer has begun."""
    connect, first_byte = call.timeouts.connect_seconds, call.timeouts.first_byte_seconds
    return {"connect": connect, "pool": connect, "write": first_byte, "read": first_byte}
