"""The refusals that a client gets when Bedrock does not start an answer, permanent or transient.

https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html#API_runtime_ConverseStream_Errors
"""

from __future__ import annotations

from botocore.exceptions import (
    ClientError,
    CredentialRetrievalError,
    HTTPClientError,
    NoCredentialsError,
    PartialCredentialsError,
)
from botocore.exceptions import ConnectionError as BotocoreConnectionError

from . import SourceRefused

_THROTTLED_RETRY_SECONDS = 5
_UNAVAILABLE_RETRY_SECONDS = 15

_REJECTED = (422, "The model rejects this input.", "rejected")
_DENIED = (500, "The service may not use its model.", "model_access")
_UNKNOWN = (500, "The service's model does not exist.", "model_not_found")
_FAILED = (502, "The model failed on this input.", "model_error")
# The status is not 5xx, because callers can cause this, and no caller may trigger an incident alarm.
_EXHAUSTED = (429, "The quota of the service's model is used up.", "quota_exhausted")

#: The same request would be refused again.
_PERMANENT = {
    "ValidationException": _REJECTED,
    "AccessDeniedException": _DENIED,
    "ExpiredTokenException": _DENIED,
    "IncompleteSignatureException": _DENIED,
    "InvalidSignatureException": _DENIED,
    "MissingAuthenticationTokenException": _DENIED,
    "UnrecognizedClientException": _DENIED,
    "ResourceNotFoundException": _UNKNOWN,
    "ModelErrorException": _FAILED,
    "ServiceQuotaExceededException": _EXHAUSTED,
}


def refusal_of(error: Exception) -> Exception:
    """Returns the SourceRefused to tell a client, or the error itself where it is a fault of ours."""
    if isinstance(error, ClientError):
        return _refusal_of_model(error)
    if isinstance(error, (CredentialRetrievalError, NoCredentialsError, PartialCredentialsError)):
        return _permanent(_DENIED)
    if isinstance(error, (BotocoreConnectionError, HTTPClientError)):
        return _unavailable()
    return error


def _refusal_of_model(error: ClientError) -> SourceRefused:
    code, message = (str(error.response["Error"].get(key, "")) for key in ("Code", "Message"))
    if code == "ThrottlingException":
        # The daily quota of tokens comes as a throttle too, and does not pass in seconds.
        if "per day" in message:
            return _permanent(_EXHAUSTED)
        detail = "The model is busy; try again later."
        return SourceRefused(429, detail, code="throttled", retry_after_seconds=_THROTTLED_RETRY_SECONDS)
    return _permanent(_PERMANENT[code]) if code in _PERMANENT else _unavailable()


def _permanent(refusal: tuple[int, str, str]) -> SourceRefused:
    status, detail, code = refusal
    return SourceRefused(status, detail, code=code)


def _unavailable() -> SourceRefused:
    detail = "The model does not start an answer now."
    return SourceRefused(503, detail, code="unavailable", retry_after_seconds=_UNAVAILABLE_RETRY_SECONDS)
