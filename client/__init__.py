"""A client of the stream, for programs and for the terminal.

for event in stream(url, prompt): ...            async for event in astream(url, prompt): ...
with stream(url, prompt) as events: ...          async with astream(url, prompt) as events: ...
"""

from .call import Retries, Signing, Timeouts
from .errors import (
    ConnectionFailed,
    ConnectTimeout,
    FailedStream,
    FirstByteTimeout,
    FrameTimeout,
    HttpError,
    MalformedStream,
    SigningFailed,
    StreamError,
    TruncatedStream,
)
from .events import Chunk, Complete, Event, Starting
from .streams import AsyncEventStream, EventStream, astream, stream

__all__ = [
    "AsyncEventStream",
    "Chunk",
    "Complete",
    "ConnectTimeout",
    "ConnectionFailed",
    "Event",
    "EventStream",
    "FailedStream",
    "FirstByteTimeout",
    "FrameTimeout",
    "HttpError",
    "MalformedStream",
    "Retries",
    "Signing",
    "SigningFailed",
    "Starting",
    "StreamError",
    "Timeouts",
    "TruncatedStream",
    "astream",
    "stream",
]
