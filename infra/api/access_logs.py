"""The format of the access logs of both APIs: one JSON object a request, with fields that both kinds of API know.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html
"""

from __future__ import annotations

import json

from aws_cdk import aws_apigateway as apigateway

_FIELDS = (
    "requestId",
    "requestTime",
    "httpMethod",
    "path",
    "protocol",
    "status",
    "responseLength",
    "responseLatency",
    "identity.sourceIp",
    "identity.userAgent",
    "integrationLatency",
    "error.message",
)


def access_log_format(*caller: str) -> apigateway.AccessLogFormat:
    """Returns the format, whose keys are the names of API Gateway's `$context` variables.

    `caller` are the variables of this kind of API that name who asks.
    """
    fields = {name: f"$context.{name}" for name in (*_FIELDS, *caller)}
    return apigateway.AccessLogFormat.custom(json.dumps(fields))
