"""The record of one stream. It counts while the stream runs, and is written once, as the last line, with metrics."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Protocol

from ..logs import json_line
from . import metric_names as names
from .metrics import embedded

logger = logging.getLogger(__name__)

_TOKENS = {"input_tokens": names.INPUT_TOKENS, "output_tokens": names.OUTPUT_TOKENS}


class CrashRecords(Protocol):
    """The store of the last line of each stream that runs, in case the process is killed."""

    def keep(self, stream_id: str, line: str) -> None: ...

    def remove(self, stream_id: str) -> None: ...


class Answer(Protocol):
    """The part of an answer that a record reads."""

    @property
    def usage(self) -> Mapping[str, object]: ...

    @property
    def queue_full_seconds(self) -> float: ...


class StreamRecord:
    """The record of one stream, which begins with the request and is written by `write` or when its context is left.

    `outcome` and `code` are those of a stream that would end now: `rejected` at first, `disconnected` once the answer
    is under way, and what `delivered` says once the client has been told.
    """

    def __init__(
        self,
        stream_id: str,
        dimensions: Mapping[str, str],
        crash_records: CrashRecords,
        *,
        cold_start: bool,
        text: list[str] | None,
    ) -> None:
        """`text` collects what is sent, for the log; None if it may not be logged."""
        self.stream_id = stream_id
        self.outcome = names.REJECTED
        self.code: str | None = None
        self._dimensions = dimensions
        self._crash_records = crash_records
        self._text = text
        self._answer: Answer | None = None
        self._written = False
        self._began_at = time.perf_counter()
        self._times = {names.COLD_START: float(cold_start)}
        self._chunks = self._characters = self._bytes = self._heartbeats = 0
        crash_records.keep(stream_id, self._crash_line())

    def __enter__(self) -> StreamRecord:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.write()

    def opened(self, answer: Answer) -> None:
        self._answer = answer
        self.outcome = names.DISCONNECTED

    def sent(self, body: bytes) -> None:
        """Counts a part of the body that has been sent."""
        if body and not self._bytes:
            self._times[names.TIME_TO_FIRST_BYTE] = self._milliseconds()
        self._bytes += len(body)

    def sent_chunk(self, text: str) -> None:
        if not self._chunks:
            self._times[names.TIME_TO_FIRST_CHUNK] = self._milliseconds()
        if self._text is not None:
            self._text.append(text)
        self._chunks += 1
        self._characters += len(text)

    def sent_heartbeat(self) -> None:
        self._heartbeats += 1

    def delivered(self, outcome: str, code: str | None) -> None:
        """Notes that the client has got the last event: `code` is that of an error event."""
        self.outcome, self.code = outcome, code

    def write(self) -> None:
        """Writes the record; the second call does nothing."""
        if self._written:
            return
        self._written = True
        if self._text is not None:
            # The text has a line of its own, because CloudWatch drops the metrics of a line that is too long.
            logger.info("The answer was this.", extra={"fields": {"text": "".join(self._text)}})
        logger.info("The answer ended.", extra={"fields": self._fields(self.outcome, self.code, self._values())})
        self._crash_records.remove(self.stream_id)

    def _values(self) -> dict[str, float]:
        usage = self._answer.usage if self._answer else {}
        queue_full_seconds = self._answer.queue_full_seconds if self._answer else 0
        return {
            **self._times,
            names.STREAM_DURATION: self._milliseconds(),
            names.CHUNKS: self._chunks,
            names.CHARACTERS: self._characters,
            names.BYTES: self._bytes,
            names.HEARTBEATS: self._heartbeats,
            names.QUEUE_FULL: round(queue_full_seconds * 1000, 3),
            **_tokens(usage),
        }

    def _crash_line(self) -> str:
        fields = self._fields(names.SHUTDOWN, "killed", self._times)
        return json_line("ERROR", __name__, "The process was killed under this answer.", time.time(), fields)

    def _fields(self, outcome: str, code: object, values: Mapping[str, float]) -> dict[str, object]:
        outcomes = {metric: float(name == outcome) for name, metric in names.OUTCOME_METRICS.items()}
        fields = {"outcome": outcome, **embedded(self._dimensions, {**values, **outcomes})}
        return fields if code is None else {**fields, "code": code}

    def _milliseconds(self) -> float:
        return round((time.perf_counter() - self._began_at) * 1000, 3)


class StreamRecords:
    """Begins the record of each stream of a process."""

    def __init__(self, dimensions: tuple[str, ...], crash_records: CrashRecords, *, logs_text: bool = False) -> None:
        """`dimensions` are the values of metric_names.DIMENSIONS."""
        self._dimensions = dict(zip(names.DIMENSIONS, dimensions, strict=True))
        self._crash_records = crash_records
        self._logs_text = logs_text
        #: True while the next stream is the first one of this environment.
        self.is_cold = True

    def begin(self, stream_id: str, prompt: str) -> StreamRecord:
        fields: dict[str, object] = {**self._dimensions, **({"prompt": prompt} if self._logs_text else {})}
        logger.info("The answer begins.", extra={"fields": fields})
        text: list[str] | None = [] if self._logs_text else None
        record = StreamRecord(stream_id, self._dimensions, self._crash_records, cold_start=self.is_cold, text=text)
        self.is_cold = False
        return record


def _tokens(usage: Mapping[str, object]) -> dict[str, float]:
    counts = {metric: usage.get(name) for name, metric in _TOKENS.items()}
    # isinstance would let True pass, which is an int as well and no number of tokens.
    return {metric: count for metric, count in counts.items() if type(count) is int}
