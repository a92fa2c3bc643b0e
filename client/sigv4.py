"""Signs a request the way IAM asks for: AWS Signature Version 4, by botocore.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html
"""

from __future__ import annotations

from collections.abc import Generator

import botocore.session
import httpx
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

from .errors import ConnectionFailed

# The server checks only what was signed, so what the transport adds later stays out.
_SIGNED_HEADERS = ("host", "content-type", "x-amz-content-sha256")


class AwsAuth(httpx.Auth):
    requires_request_body = True

    def __init__(self, service: str, region: str) -> None:
        credentials = botocore.session.Session().get_credentials()
        if credentials is None:
            raise ConnectionFailed(
                f"Expected AWS credentials to sign for {service} in {region}, found none: run `aws configure` or "
                "set AWS_PROFILE."
            )
        self._signer = SigV4Auth(credentials, service, region)

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        headers = {name: request.headers[name] for name in _SIGNED_HEADERS if name in request.headers}
        signed = AWSRequest(request.method, str(request.url), headers=headers, data=request.content)
        self._signer.add_auth(signed)
        request.headers.update(dict(signed.headers.items()))
        yield request
