"""A client of the stream, for programs and for the terminal (`python -m client --help`).

    from client import Chunk, StreamError, stream

    with stream("http://127.0.0.1:8080/", "Tell me a story.") as events:
        for event in events:
            if isinstance(event, Chunk):
                print(event.text, end="", flush=True)

`astream` does the same for asyncio. Every end of a stream but Complete is a StreamError.
"""

from .call import Credentials, Retries, Signing, Timeouts
from .errors import (
    ConnectionFailed,
    ConnectTimeout,
    EnvironmentUnusable,
    FailedStream,
    FirstByteTimeout,
    HttpError,
    InvalidRequest,
    MalformedStream,
    ReadTimeout,
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
    "Credentials",
    "EnvironmentUnusable",
    "Event",
    "EventStream",
    "FailedStream",
    "FirstByteTimeout",
    "HttpError",
    "InvalidRequest",
    "MalformedStream",
    "ReadTimeout",
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
