"""stream_record.py of a service without metrics: nothing is counted, kept or written."""

from __future__ import annotations

from collections.abc import Mapping

from ..settings import Settings  # type: ignore[import-not-found]  # the package's, where the bench puts this file


class StreamRecord:
    def __init__(self, stream_id: str) -> None:
        self.stream_id = stream_id

    def sent(self, body: bytes) -> None:
        """Nothing."""

    def sent_chunk(self, text: str) -> None:
        """Nothing."""

    def end(
        self,
        outcome: str,
        *,
        code: object = None,
        usage: Mapping[str, object] | None = None,
        queue_full_seconds: float = 0,
    ) -> None:
        """Nothing."""


class StreamRecords:
    def __init__(self, settings: Settings) -> None:
        """Nothing."""

    def begin(self, stream_id: str, prompt: str) -> StreamRecord:
        return StreamRecord(stream_id)
