"""The function's own log lines, read back."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Any

import pytest

from functions.stream.streaming.logs import JsonFormatter
from rehearsal.records import metric_records


class JsonLog:
    """Formats each record where it is logged, because the fields of a request live in its context."""

    def __init__(self, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.INFO)
        caplog.handler.setFormatter(JsonFormatter())
        self._caplog = caplog

    @property
    def text(self) -> str:
        return self._caplog.text

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self._caplog.text.splitlines()]

    def find(self, message: str) -> list[dict[str, Any]]:
        return [line for line in self.lines() if line["message"] == message]

    def outcomes(self) -> list[object]:
        return [line["outcome"] for line in self.ends()]

    def ends(self) -> list[Mapping[str, Any]]:
        """The last line of each stream, which has to be a valid record of its metrics."""
        return metric_records(self.find("The answer ended."))
