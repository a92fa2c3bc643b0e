"""The log: each record is one line of JSON on standard output, which CloudWatch Logs Insights can query."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import UTC, datetime

#: Fields that every line of the current request carries: request_id, trace_id, caller, stream_id.
log_fields: ContextVar[dict[str, object] | None] = ContextVar("log_fields", default=None)


def add_log_fields(**fields: object) -> None:
    """Adds fields to every further line of the current request; None is left out."""
    known = {name: value for name, value in fields.items() if value is not None}
    log_fields.set({**(log_fields.get() or {}), **known})


class JsonFormatter(logging.Formatter):
    """Formats a record as one line of JSON; its own fields come by `extra={"fields": {...}}`."""

    def format(self, record: logging.LogRecord) -> str:
        fields = getattr(record, "fields", {})
        if record.exc_info:
            fields = {**fields, "exception": self.formatException(record.exc_info)}
        return json_line(record.levelname, record.name, record.getMessage(), record.created, fields)


def json_line(level: str, logger: str, message: str, created: float, fields: Mapping[str, object]) -> str:
    line: dict[str, object] = {
        "timestamp": datetime.fromtimestamp(created, UTC).isoformat(timespec="milliseconds"),
        "level": level,
        "logger": logger,
        "message": message,
        **(log_fields.get() or {}),
        **fields,
    }
    return json.dumps(line, default=repr)


def configure_logging() -> None:
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
