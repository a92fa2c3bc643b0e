from __future__ import annotations

import json
from pathlib import Path

import pytest

from functions.stream.streaming.records import metric_names as names
from functions.stream.streaming.records.stream_record import StreamRecords
from functions.stream.streaming.settings import Settings
from rehearsal.records import check_record
from tests.support.logs import JsonLog


def records(folder: Path | None = None, **settings: bool) -> StreamRecords:
    return StreamRecords(Settings(crash_records=str(folder) if folder else None, **settings))  # type: ignore[arg-type]


@pytest.mark.parametrize("outcome", names.OUTCOME_METRICS)
def test_record_is_valid_whatever_the_outcome_and_however_little_was_sent(outcome: str, json_log: JsonLog) -> None:
    records().begin("s-1", "prompt").end(outcome)
    (record,) = json_log.ends()
    assert record["outcome"] == outcome
    assert record[names.BYTES] == record[names.CHUNKS] == 0
    assert names.TIME_TO_FIRST_BYTE not in record


def test_bytes_are_all_that_was_sent_and_comments_are_heartbeats(json_log: JsonLog) -> None:
    record = records().begin("s-1", "prompt")
    for body in (b"", b"id: 1\n\ndata: {}\n\n", b": ping\n\n", b": ping\n\n", b""):
        record.sent(body)
    record.end(names.COMPLETE)
    (line,) = json_log.ends()
    assert (line[names.BYTES], line[names.HEARTBEATS], line[names.CHUNKS]) == (33, 2, 0)
    assert line[names.TIME_TO_FIRST_BYTE] <= line[names.STREAM_DURATION]


@pytest.mark.parametrize("count", [None, "7", 7.5, True])
def test_usage_that_is_no_number_of_tokens_makes_no_metric(count: object, json_log: JsonLog) -> None:
    records().begin("s-1", "prompt").end(names.COMPLETE, usage={"input_tokens": count, "output_tokens": 5})
    (line,) = json_log.ends()
    assert names.INPUT_TOKENS not in line
    assert line[names.OUTPUT_TOKENS] == 5


def test_crash_record_is_there_while_the_stream_runs_and_gone_with_its_end(tmp_path: Path) -> None:
    folder = tmp_path / "records"
    begun = [records(folder).begin(name, "prompt") for name in ("s-1", "s-2")]
    begun[0].end(names.COMPLETE)
    (left,) = folder.iterdir()
    line = json.loads(left.read_text())
    check_record(line)
    assert (left.name, line["outcome"], line["code"], line["level"]) == ("s-2", names.SHUTDOWN, "killed", "ERROR")


def test_stream_goes_on_when_its_crash_record_cannot_be_written(tmp_path: Path, json_log: JsonLog) -> None:
    kept = records(tmp_path / "records")
    (tmp_path / "records").rmdir()
    kept.begin("s-1", "prompt").end(names.COMPLETE)
    assert [end["outcome"] for end in json_log.ends()] == [names.COMPLETE]
    assert "exception" in json_log.find("The stream goes without a crash record.")[0]


def test_text_is_logged_in_lines_of_its_own_and_only_where_it_may_be(json_log: JsonLog) -> None:
    for log_text in (False, True):
        record = records(log_text=log_text).begin("s-1", "the prompt")
        record.sent_chunk("the ")
        record.sent_chunk("answer")
        record.end(names.COMPLETE)
    assert [line["prompt"] for line in json_log.lines() if "prompt" in line] == ["the prompt"]
    assert [line["text"] for line in json_log.lines() if "text" in line] == ["the answer"]
    assert all("text" not in end for end in json_log.ends())
