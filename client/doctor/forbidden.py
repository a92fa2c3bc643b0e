"""401 and 403: who refused, and which permission or signature it misses."""

from __future__ import annotations

from http import HTTPStatus

from . import front
from .facts import Facts
from .verdict import Verdict

_URL_PERMISSIONS = "lambda:InvokeFunctionUrl and lambda:InvokeFunction (both, since October 2025)"
_GIVE_TOKEN = "Give one that it accepts (--header 'authorization: ...')."


def forbidden(facts: Facts, what: str) -> Verdict:
    said = facts.message.lower()
    if "token" in said and ("expired" in said or "invalid" in said):
        return Verdict(f"{what}: the credentials are not valid any more.", "Log in again, or choose another profile.")
    if "signature" in said:
        return _by_signature(facts, what)
    if front.is_api_gateway(facts):
        return _by_api_gateway(facts, what)
    if front.is_cloudfront(facts):
        return _by_cloudfront(facts, what)
    if front.is_function_url(facts):
        who = "the caller" if facts.signed else "a caller who does not sign (for the service lambda)"
        return Verdict(
            f"{what}: the function URL does not allow {who} to invoke it.",
            f"Allow the caller {_URL_PERMISSIONS} on the function's alias, as the stack's InvokerRole has it.",
        )
    return Verdict(f"{what}: the service wants to know who calls.", _GIVE_TOKEN)


def _by_signature(facts: Facts, what: str) -> Verdict:
    if front.is_cloudfront(facts):
        return Verdict(
            f"{what}: the hash of the body that CloudFront signed is not the hash of the body that arrived.",
            "Send x-amz-content-sha256, the SHA-256 of the body, on every POST, as this client does, and let nothing "
            "on the way drop that header or change the body.",
        )
    return Verdict(
        f"{what}: the signature is for another request, key, region or service.",
        "Check secret key, clock, region and service; nothing on the way may change host, path or body.",
    )


def _by_api_gateway(facts: Facts, what: str) -> Verdict:
    if facts.status == HTTPStatus.UNAUTHORIZED:
        return Verdict(f"{what}: the API's authorizer wants a token.", _GIVE_TOKEN)
    if not facts.signed:
        return Verdict(
            f"{what}: the request was not signed, or API Gateway knows no such stage and path.",
            "Sign it for execute-api, as a caller that may do execute-api:Invoke, and check the path (/STAGE/stream).",
        )
    if "missing authentication token" in facts.message.lower():
        return Verdict(
            f"{what}: the request was signed, so API Gateway knows no such stage, path or method.",
            "Check the path (/STAGE/stream); the caller also needs execute-api:Invoke on it.",
        )
    return Verdict(
        f"{what}: API Gateway does not allow the caller to invoke it.",
        "Allow the caller execute-api:Invoke on this stage, method and path; look at the API's resource policy and at "
        "its web ACL too.",
    )


def _by_cloudfront(facts: Facts, what: str) -> Verdict:
    if facts.media_type == "text/html":
        return Verdict(
            f"{what}: CloudFront itself refused, by a web ACL, a geographic restriction or a method it does not allow.",
            "Look at the web ACL's sampled requests and at the behaviour's allowed methods.",
        )
    return Verdict(
        f"{what}: the function URL behind CloudFront refused what the origin access control signed.",
        f"Allow cloudfront.amazonaws.com {_URL_PERMISSIONS}, for this distribution's ARN, on the URL's alias; where "
        "only POST fails, the request has lost its x-amz-content-sha256 before CloudFront signs it.",
    )
