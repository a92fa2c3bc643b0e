"""A client of the stream: `for event in stream(url, prompt): ...`."""

from .errors import ConnectionFailed, FailedStream, HttpError, MalformedStream, StreamError, TruncatedStream
from .events import Chunk, Complete, Event, Starting
from .http import stream

__all__ = [
    "Chunk",
    "Complete",
    "ConnectionFailed",
    "Event",
    "FailedStream",
    "HttpError",
    "MalformedStream",
    "Starting",
    "StreamError",
    "TruncatedStream",
    "stream",
]
