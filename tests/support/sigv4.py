"""What IAM does with a signed request: computes the signature again from what arrived, and compares."""

from __future__ import annotations

import hashlib
import re
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from .raw_server import Received

_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<key>[^/]+)/\d{8}/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request, "
    r"SignedHeaders=(?P<signed>[^,]+), Signature=(?P<signature>[0-9a-f]{64})"
)


def assert_signed(received: Received, credentials: Credentials, *, service: str, region: str) -> None:
    found = _AUTHORIZATION.fullmatch(received.headers["authorization"])
    assert found
    assert (found["key"], found["service"], found["region"]) == (credentials.access_key, service, region)
    names = found["signed"].split(";")
    assert {"host", "x-amz-date"} <= set(names)
    request = AWSRequest(
        received.method,
        f"https://{received.headers['host']}{_canonical(received.target)}",
        headers={name: received.headers[name] for name in names},
        data=received.body,
    )
    request.context["timestamp"] = received.headers["x-amz-date"]
    verifier = SigV4Auth(credentials, service, region)
    canonical = verifier.canonical_request(request)
    # The verifier takes the hash that the client names for the canonical request; it has to be the body's.
    assert canonical.endswith(hashlib.sha256(received.body).hexdigest())
    assert verifier.signature(verifier.string_to_sign(request, canonical), request) == found["signature"]
    assert received.headers.get("x-amz-security-token") == credentials.token
    assert ("x-amz-security-token" in names) == (credentials.token is not None)


def _canonical(target: str) -> str:
    """AWS decodes the query and encodes it its own way, so that a plus sign has become a space."""
    parts = urlsplit(target)
    query = urlencode(parse_qsl(parts.query, keep_blank_values=True), quote_via=quote, safe="-_.~")
    return parts.path + (f"?{query}" if query else "")
