from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from functions.stream.streaming.host.crash_records import CrashRecords
from functions.stream.streaming.records import metric_names as names
from functions.stream.streaming.records.stream_record import StreamRecord, StreamRecords
from rehearsal.records import check_record
from tests.support.logs import JsonLog


class Used:
    """An answer as far as its record asks."""

    queue_full_seconds = 0.0

    def __init__(self, usage: Mapping[str, object]) -> None:
        self.usage = usage


def records(folder: Path | None = None, *, logs_text: bool = False) -> StreamRecords:
    return StreamRecords(("stream", "dev", "local"), CrashRecords(str(folder) if folder else None), logs_text=logs_text)


def end(record: StreamRecord, outcome: str = names.COMPLETE) -> None:
    record.delivered(outcome, None)
    record.write()


@pytest.mark.parametrize("outcome", names.OUTCOME_METRICS)
def test_record_is_valid_whatever_the_outcome_and_however_little_was_sent(outcome: str, json_log: JsonLog) -> None:
    end(records().begin("s-1", "prompt"), outcome)
    (record,) = json_log.ends()
    assert record["outcome"] == outcome
    assert record[names.BYTES] == record[names.CHUNKS] == 0
    assert names.TIME_TO_FIRST_BYTE not in record


def test_bytes_are_all_that_was_sent(json_log: JsonLog) -> None:
    record = records().begin("s-1", "prompt")
    for body in (b"", b"id: 1\n\ndata: {}\n\n", b": ping\n\n", b": ping\n\n", b""):
        record.sent(body)
    record.sent_heartbeat()
    record.sent_heartbeat()
    end(record)
    (line,) = json_log.ends()
    assert (line[names.BYTES], line[names.HEARTBEATS], line[names.CHUNKS]) == (33, 2, 0)
    assert line[names.TIME_TO_FIRST_BYTE] <= line[names.STREAM_DURATION]


@pytest.mark.parametrize("stage", ["begun", "opened"])
def test_record_says_where_the_stream_was_when_its_context_was_left(stage: str, json_log: JsonLog) -> None:
    with records().begin("s-1", "prompt") as record:
        if stage == "opened":
            record.opened(Used({}))
    assert json_log.outcomes() == [{"begun": names.REJECTED, "opened": names.DISCONNECTED}[stage]]


def test_record_is_written_once(json_log: JsonLog) -> None:
    with records().begin("s-1", "prompt") as record:
        end(record)
    assert json_log.outcomes() == [names.COMPLETE]


@pytest.mark.parametrize("count", [None, "7", 7.5, True])
def test_usage_that_is_no_number_of_tokens_makes_no_metric(count: object, json_log: JsonLog) -> None:
    record = records().begin("s-1", "prompt")
    record.opened(Used({"input_tokens": count, "output_tokens": 5}))
    end(record)
    (line,) = json_log.ends()
    assert names.INPUT_TOKENS not in line
    assert line[names.OUTPUT_TOKENS] == 5


def test_crash_record_is_there_while_the_stream_runs_and_gone_with_its_end(tmp_path: Path) -> None:
    folder = tmp_path / "records"
    begun = [records(folder).begin(name, "prompt") for name in ("s-1", "s-2")]
    end(begun[0])
    (left,) = folder.iterdir()
    line = json.loads(left.read_text())
    check_record(line)
    assert (left.name, line["outcome"], line["code"], line["level"]) == ("s-2", names.SHUTDOWN, "killed", "ERROR")


def test_stream_goes_on_when_its_crash_record_cannot_be_written(tmp_path: Path, json_log: JsonLog) -> None:
    kept = records(tmp_path / "records")
    (tmp_path / "records").rmdir()
    end(kept.begin("s-1", "prompt"))
    assert json_log.outcomes() == [names.COMPLETE]
    assert "exception" in json_log.find("The stream goes without a crash record.")[0]


def test_text_is_logged_in_lines_of_its_own_and_only_where_it_may_be(json_log: JsonLog) -> None:
    for log_text in (False, True):
        record = records(logs_text=log_text).begin("s-1", "the prompt")
        record.sent_chunk("the ")
        record.sent_chunk("answer")
        end(record)
    assert [line["prompt"] for line in json_log.lines() if "prompt" in line] == ["the prompt"]
    assert [line["text"] for line in json_log.lines() if "text" in line] == ["the answer"]
    assert all("text" not in end for end in json_log.ends())
