from __future__ import annotations

import contextvars
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from functions.stream.streaming.logs import JsonFormatter, configure_logging, log_fields


@pytest.fixture
def root_logger() -> Iterator[logging.Logger]:
    """Gives the handlers of pytest back; configure_logging replaces all there are."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers.clear()
    yield root
    root.handlers[:] = handlers
    root.setLevel(level)


def format_line(message: str = "Something.", **attributes: Any) -> dict[str, Any]:
    record = logging.makeLogRecord({"name": "streaming", "levelname": "INFO", "msg": message, **attributes})
    text = JsonFormatter().format(record)
    assert "\n" not in text
    line = json.loads(text)
    assert isinstance(line, dict)
    return line


def test_line_holds_what_a_query_asks_for() -> None:
    line = format_line("Took %d s.", args=(3,), created=0.25)
    assert line == {
        "timestamp": "1970-01-01T00:00:00.250+00:00",
        "level": "INFO",
        "logger": "streaming",
        "message": "Took 3 s.",
    }


def test_line_holds_the_fields_of_the_request_and_of_the_record() -> None:
    def in_a_request() -> dict[str, Any]:
        log_fields.set({"stream_id": "s-1"})
        return format_line(fields={"outcome": "complete"})

    line = contextvars.copy_context().run(in_a_request)
    assert (line["stream_id"], line["outcome"]) == ("s-1", "complete")
    assert "stream_id" not in format_line()


def test_line_holds_the_whole_traceback_when_there_is_an_exception() -> None:
    try:
        raise RuntimeError("first\nsecond")
    except RuntimeError as error:
        line = format_line(exc_info=(type(error), error, error.__traceback__))
    assert "Traceback" in line["exception"]
    assert line["exception"].endswith("RuntimeError: first\nsecond")


def test_line_holds_a_description_when_a_field_cannot_be_json() -> None:
    line = format_line(fields={"broken": {1}, "half": "\ud83d"})
    assert (line["broken"], line["half"]) == ("{1}", "\ud83d")


@pytest.mark.usefixtures("root_logger")
def test_configure_logging_prints_json_lines_from_info_up(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging()
    logging.getLogger("any").debug("Unseen.")
    logging.getLogger("any").info("Seen.")
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line)["message"] == "Seen."


def test_configure_logging_leaves_one_handler_when_called_twice(root_logger: logging.Logger) -> None:
    configure_logging()
    configure_logging()
    assert len(root_logger.handlers) == 1
