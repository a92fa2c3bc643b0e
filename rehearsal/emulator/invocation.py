from __future__ import annotations

import asyncio
import secrets
import time
import uuid
from dataclasses import dataclass, field

from .errors import InvocationFailed

PRELUDE_TYPE = "application/vnd.awslambda.http-integration-response"


@dataclass(frozen=True)
class Head:
    """How the runtime began its response."""

    streaming: bool
    content_type: str

    @property
    def has_prelude(self) -> bool:
        return self.streaming and self.content_type.startswith(PRELUDE_TYPE)


@dataclass(frozen=True)
class Record:
    """What a table of invocations needs; the times are seconds from the start of the invocation."""

    request_id: str
    #: `running`, `succeeded`, or the kind of the failure.
    outcome: str
    response_bytes: int
    first_byte_seconds: float | None
    seconds: float
    client_left: bool


def _trace_root() -> str:
    return f"Root=1-{int(time.time()):08x}-{secrets.token_hex(12)}"


@dataclass(frozen=True)
class Identity:
    """The event, the runtime and the client are told the same ids."""

    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    trace_root: str = field(default_factory=_trace_root)

    @property
    def headers(self) -> tuple[tuple[str, str], tuple[str, str]]:
        return ("x-amzn-requestid", self.request_id), ("x-amzn-trace-id", self.trace_root)


@dataclass(eq=False)
class Invocation:
    """One event on its way to the runtime, and the response on its way back, a chunk at a time."""

    event: bytes
    #: Whether it was invoked through InvokeWithResponseStream.
    accepts_stream: bool
    identity: Identity = field(default_factory=Identity)
    client_left: bool = False
    failure: InvocationFailed | None = field(default=None, init=False)
    answering: bool = field(default=False, init=False)
    response_bytes: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self.ended = asyncio.Event()
        self._begun = asyncio.Event()
        self._head: Head | None = None
        self._queue: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._has_chunk = False
        self._started = time.monotonic()
        self._first_byte: float | None = None
        self._finished = self._started

    @property
    def request_id(self) -> str:
        return self.identity.request_id

    def begin(self, head: Head) -> None:
        self._head = head
        self._begun.set()

    async def write(self, chunk: bytes) -> None:
        """Returns when the chunk was consumed, so that a slow client slows down the function."""
        if self.ended.is_set():
            return
        if self._first_byte is None:
            self._first_byte = time.monotonic()
        self.response_bytes += len(chunk)
        self._queue.put_nowait(chunk)
        await self._queue.join()

    def finish(self) -> None:
        if not self.ended.is_set():
            self._finished = time.monotonic()
            self.ended.set()
            self._begun.set()
            self._queue.put_nowait(None)

    def fail(self, failure: InvocationFailed) -> None:
        """The first verdict stands."""
        if not self.ended.is_set():
            self.failure = failure
            self.finish()

    async def head(self) -> Head:
        await self._begun.wait()
        if self._head is None:
            raise self.failure or InvocationFailed("Runtime.Unknown", "The response has no beginning")
        return self._head

    async def read(self) -> bytes | None:
        """The next chunk; None at the end, which comes early when the invocation fails: see `failure`."""
        if self._has_chunk:
            self._has_chunk = False
            self._queue.task_done()
        chunk = await self._queue.get()
        self._has_chunk = chunk is not None
        if chunk is None:
            self._queue.put_nowait(None)
        return chunk

    async def payload(self) -> bytes:
        payload = bytearray()
        while (chunk := await self.read()) is not None:
            payload += chunk
        if self.failure:
            raise self.failure
        return bytes(payload)

    @property
    def record(self) -> Record:
        has_ended = self.ended.is_set()
        return Record(
            request_id=self.request_id,
            outcome=self.failure.kind if self.failure else "succeeded" if has_ended else "running",
            response_bytes=self.response_bytes,
            first_byte_seconds=self._first_byte and self._first_byte - self._started,
            seconds=(self._finished if has_ended else time.monotonic()) - self._started,
            client_left=self.client_left,
        )
