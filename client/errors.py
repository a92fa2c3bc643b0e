"""What a stream may end with instead of Complete. Each error has `status`, `code` and `stream_id`, as far as known.

StreamError
├── HttpError              the service answered with an error before the stream began
├── FailedStream           the stream's last event is an error
├── TruncatedStream        the stream ended, or its connection broke, without a last event
├── MalformedStream        the service sends something else than this contract
├── SigningFailed          there are no credentials or no region to sign with
├── ConnectionFailed       the service cannot be reached, or hung up before it answered
│   └── ConnectTimeout
├── FirstByteTimeout       the service took the request and did not begin to answer
└── FrameTimeout           the stream began and went silent, heartbeats included
"""

from __future__ import annotations


class StreamError(Exception):
    #: Of HTTP, once there is an answer.
    status: int | None = None
    code: str | None = None

    def __init__(self, message: str, *, stream_id: str | None = None) -> None:
        super().__init__(message)
        self.stream_id = stream_id


class HttpError(StreamError):
    def __init__(
        self,
        status: int,
        detail: str,
        *,
        code: str | None = None,
        stream_id: str | None = None,
        retry_after_seconds: float | None = None,
    ) -> None:
        super().__init__(f"The service answered {status}: {detail}", stream_id=stream_id)
        self.status = status
        self.code = code
        self.retry_after_seconds = retry_after_seconds


class FailedStream(StreamError):
    status = 200

    def __init__(self, code: str, message: str, *, stream_id: str | None) -> None:
        super().__init__(f"The stream failed ({code}): {message}", stream_id=stream_id)
        self.code = code
        self.message = message


class TruncatedStream(StreamError):
    status = 200
    code = "truncated"

    def __init__(self, *, stream_id: str | None) -> None:
        super().__init__("The stream ended without its last event; the text is incomplete.", stream_id=stream_id)


class MalformedStream(StreamError):
    status = 200
    code = "malformed"


class SigningFailed(StreamError):
    code = "unsigned"


class ConnectionFailed(StreamError):
    code = "unreachable"


class ConnectTimeout(ConnectionFailed):
    code = "connect_timeout"


class FirstByteTimeout(StreamError):
    code = "first_byte_timeout"


class FrameTimeout(StreamError):
    status = 200
    code = "frame_timeout"
