"""The errors that a stream ends with instead of Complete.

StreamError
├── HttpError              the service answered with an error before the stream began
├── FailedStream           the stream's last event is an error
├── TruncatedStream        the stream ended, or its connection broke, without a last event
├── MalformedStream        the answer is not a stream of these events
├── InvalidRequest         the URL, the prompt or a header cannot be sent
├── EnvironmentUnusable    a variable of the environment names a proxy or certificates that cannot be used
├── SigningFailed          the request could not be signed
├── ConnectionFailed       the service cannot be reached, or closed the connection before it answered
│   └── ConnectTimeout     no connection within `connect_seconds`
├── FirstByteTimeout       no answer within `first_byte_seconds`
└── ReadTimeout            no byte within `read_seconds`, once the stream had begun
"""

from __future__ import annotations


class StreamError(Exception):
    """The base of all errors of a stream. `str()` is one sentence for a person.

    Each error has `status` (of HTTP, once there is an answer), `code` (a word for programs) and `stream_id` (which the
    service's log lines carry), each None where it is not known.

        try:
            for event in stream(url, prompt): ...
        except StreamError as error:
            print(error, error.status, error.code, error.stream_id)
    """

    status: int | None = None
    code: str | None = None

    def __init__(self, message: str, *, stream_id: str | None = None) -> None:
        super().__init__(message)
        self.stream_id = stream_id


class HttpError(StreamError):
    """The service, or a layer in front of it, answered with another status than 200. No text was sent.

    429, 502, 503 and 504 have been retried before this is raised. `code` is the one of the problem document, if any.
    """

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        code: str | None = None,
        stream_id: str | None = None,
        retry_after_seconds: float | None = None,
        sender: str = "The service",
    ) -> None:
        super().__init__(f"{sender} answered {status}: {detail}", stream_id=stream_id)
        self.status = status
        self.code = code
        #: How long the service asks to wait before the next request; None where it does not.
        self.retry_after_seconds = retry_after_seconds


class FailedStream(StreamError):
    """The stream's last event is an error, such as a model that broke off. The text so far is incomplete.

    `code` and `message` are those of the event.
    """

    status = 200

    def __init__(self, code: str, message: str, *, stream_id: str | None) -> None:
        super().__init__(f"The stream failed ({code}): {message}", stream_id=stream_id)
        self.code = code
        self.message = message


class TruncatedStream(StreamError):
    """The stream ended, or its connection broke, without a last event. The text so far is incomplete."""

    status = 200
    code = "truncated"

    def __init__(self, *, stream_id: str | None) -> None:
        super().__init__("The stream ended without its last event; the text is incomplete.", stream_id=stream_id)


class MalformedStream(StreamError):
    """The answer is not a stream of these events: another content type, or an event of another service."""

    status = 200
    code = "malformed"


class InvalidRequest(StreamError, ValueError):
    """The URL, the prompt or a header cannot be sent. Nothing was sent. The value of a header is not in the message.

    `stream` raises it at once, while the other errors are raised while iterating.
    """

    code = "invalid_request"


class EnvironmentUnusable(StreamError):
    """A variable of the environment names a proxy or certificates that cannot be used. Nothing was sent."""

    code = "environment"

    def __init__(self, variable: str, what: str) -> None:
        super().__init__(f"{what}: correct or unset {variable}.")
        self.variable = variable


class SigningFailed(StreamError):
    """The request could not be signed, for want of credentials, of a region or of botocore. Nothing was sent."""

    code = "unsigned"


class ConnectionFailed(StreamError):
    """The service cannot be reached, or closed the connection before it answered. It has been retried."""

    code = "unreachable"


class ConnectTimeout(ConnectionFailed):
    """No connection within `Timeouts.connect_seconds`. It has been retried."""

    code = "connect_timeout"


class FirstByteTimeout(StreamError):
    """No answer within `Timeouts.first_byte_seconds`. It is not retried, since the service may be generating text."""

    code = "first_byte_timeout"


class ReadTimeout(StreamError):
    """No byte, not even a heartbeat, within `Timeouts.read_seconds` after the stream began. The text is incomplete."""

    status = 200
    code = "read_timeout"
