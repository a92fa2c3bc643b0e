"""Which front the answer came through, as far as its headers give it away."""

from __future__ import annotations

from .facts import Facts


def is_http_api(facts: Facts) -> bool:
    return "apigw-requestid" in facts.headers


def is_rest_api(facts: Facts) -> bool:
    return "x-amz-apigw-id" in facts.headers


def is_api_gateway(facts: Facts) -> bool:
    return is_http_api(facts) or is_rest_api(facts) or ".execute-api." in facts.host


def is_function_url(facts: Facts) -> bool:
    """Directly, or behind CloudFront, which passes its headers on. API Gateway sends them too: rule it out first."""
    return ".lambda-url." in facts.host or "x-amzn-requestid" in facts.headers or "x-amzn-trace-id" in facts.headers


def is_cloudfront(facts: Facts) -> bool:
    return "x-amz-cf-id" in facts.headers or "cloudfront" in facts.headers.get("via", "").lower()


def proxy(facts: Facts) -> str | None:
    """The name of a proxy that is none of AWS's."""
    via = str(facts.headers.get("via", ""))
    if via and "cloudfront" not in via.lower():
        return via
    server = str(facts.headers.get("server", ""))
    # What serves the application itself says its name here as well.
    ours = ("", "uvicorn", "cloudfront", "amazons3", "awselb")
    return None if server.partition("/")[0].lower() in ours else server
