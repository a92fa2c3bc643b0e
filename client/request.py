"""The request of a stream."""

from __future__ import annotations

import hashlib
import json

import httpx


def endpoint(url: str) -> str:
    """The stream of a service whose root is named."""
    parsed = httpx.URL(url)
    return str(parsed.copy_with(path=f"{parsed.path}stream")) if parsed.path.endswith("/") else url


def body(prompt: str) -> bytes:
    return json.dumps({"input": prompt}, ensure_ascii=False).encode()


def headers(content: bytes) -> dict[str, str]:
    return {
        "accept": "text/event-stream",
        "cache-control": "no-store",
        "content-type": "application/json",
        # CloudFront signs for the function URL behind it by this hash, which it does not compute; harmless elsewhere.
        # https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-lambda.html
        "x-amz-content-sha256": hashlib.sha256(content).hexdigest(),
    }
