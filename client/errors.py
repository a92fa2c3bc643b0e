"""What a stream may end with instead of Complete.

StreamError
├── HttpError        the service answered with an error before the stream began
├── FailedStream     the stream's last event is an error
├── TruncatedStream  the stream ended, or its connection broke, without a last event
├── MalformedStream  the service sends something else than this contract
└── ConnectionFailed the service cannot be reached
"""

from __future__ import annotations


class StreamError(Exception):
    def __init__(self, message: str, *, stream_id: str | None = None) -> None:
        super().__init__(message)
        self.stream_id = stream_id


class HttpError(StreamError):
    def __init__(self, status: int, detail: str, *, code: str | None = None, stream_id: str | None = None) -> None:
        super().__init__(f"The service answered {status}: {detail}", stream_id=stream_id)
        self.status = status
        self.code = code


class FailedStream(StreamError):
    def __init__(self, code: str, message: str, *, stream_id: str | None) -> None:
        super().__init__(f"The stream failed ({code}): {message}", stream_id=stream_id)
        self.code = code
        self.message = message


class TruncatedStream(StreamError):
    def __init__(self, *, stream_id: str | None) -> None:
        super().__init__("The stream ended without its last event; the text is incomplete.", stream_id=stream_id)


class MalformedStream(StreamError):
    pass


class ConnectionFailed(StreamError):
    pass
