"""Signs requests with AWS Signature Version 4, which IAM asks for, by botocore.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html

botocore is imported when something is signed: a local service needs no signature, and the import takes a third of a
second.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, urlencode

import httpx

from .call import Signing
from .errors import InvalidRequest, SigningFailed
from .request import check_headers

if TYPE_CHECKING:
    from botocore.credentials import ReadOnlyCredentials

_SERVICES = {"lambda-url": "lambda", "execute-api": "execute-api"}
_SIGNED_HOST = re.compile(
    r"\.(?P<kind>lambda-url|execute-api)\.(?P<region>[a-z0-9-]+)\.(on\.aws|(vpce\.)?amazonaws\.com(\.cn)?|api\.aws)$"
)
# The server checks only what was signed, so what the transport adds later stays out.
_SIGNED_HEADERS = ("host", "content-type", "x-amz-content-sha256")

Signer = Callable[[httpx.Request], None]


def find_scope(host: str, signing: Signing | None) -> tuple[str, str | None] | None:
    """The service and the region to sign for; None for a host that asks for no signature.

    The region is None where neither the host nor the caller names it.
    """
    if signing is None:
        return None
    found = _SIGNED_HOST.search(host)
    service = signing.service or (_SERVICES[found["kind"]] if found else None)
    if service is None:
        return None
    return service, signing.region or (found["region"] if found else None)


def signer_for(request: httpx.Request, signing: Signing | None) -> Signer | None:
    """A function that signs the request, or None where it needs no signature.

    It may block, since credentials can come from the network, and raises SigningFailed.
    """
    scope = find_scope(request.url.host, signing)
    if scope is None or signing is None or "authorization" in request.headers:
        return None
    return lambda unsigned: _sign(unsigned, *scope, signing)


def _sign(request: httpx.Request, service: str, region: str | None, signing: Signing) -> None:
    try:
        from botocore.auth import SigV4Auth
        from botocore.awsrequest import AWSRequest
    except ModuleNotFoundError as error:
        raise SigningFailed(
            f"Expected the package botocore to sign for {service}, found none: install "
            "'lambda-streaming-client[signing]'."
        ) from error
    credentials, region = _credentials(service, region, signing)
    request.url = _canonical(request.url)
    headers = {name: request.headers[name] for name in _SIGNED_HEADERS if name in request.headers}
    signed = AWSRequest(request.method, str(request.url), headers=headers, data=request.content)
    SigV4Auth(credentials, service, region).add_auth(signed)
    added = dict(signed.headers.items())
    _check_signature(added)
    request.headers.update(added)


def _check_signature(headers: Mapping[str, str]) -> None:
    """Credentials out of a file can end in a newline. The error names the header and keeps its value to itself."""
    try:
        check_headers({name: value for name, value in headers.items() if name.lower() != "host"})
    except InvalidRequest as error:
        raise SigningFailed(f"Expected credentials and a region without spaces and line ends: {error}") from error


def _credentials(service: str, region: str | None, signing: Signing) -> tuple[ReadOnlyCredentials, str]:
    import botocore.session
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        session = botocore.session.Session(profile=signing.profile)
        if (own := signing.credentials) is not None:
            session.set_credentials(own.access_key_id, own.secret_access_key, own.session_token)
        region = region or session.get_config_variable("region")
        credentials = session.get_credentials()
        frozen = credentials.get_frozen_credentials() if credentials else None
    # The last two come from a `credential_process` that is not there, or that prints something else.
    except (BotoCoreError, ClientError, OSError, ValueError) as error:
        raise SigningFailed(f"Expected AWS credentials, got an error: {error}") from error
    if region is None:
        raise SigningFailed(f"Expected a region to sign for {service} in, got none: name one, or set AWS_REGION.")
    if frozen is None:
        raise SigningFailed(
            f"Expected AWS credentials to sign for {service} in {region}, found none: run `aws configure`, or set "
            "AWS_PROFILE."
        )
    return frozen, region


def _canonical(url: httpx.URL) -> httpx.URL:
    """The URL with its query in the encoding that AWS signs, in which a plus sign is not a space."""
    if not url.query:
        return url
    pairs = parse_qsl(url.query.decode("ascii"), keep_blank_values=True)
    return url.copy_with(query=urlencode(pairs, quote_via=quote, safe="").encode("ascii"))
