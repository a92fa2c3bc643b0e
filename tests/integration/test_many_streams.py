"""Two hundred streams at once in one process, as a host that hands it many requests will run it."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping
from pathlib import Path

import httpx

from functions.stream.streaming.records import metric_names as names
from rehearsal.records import metric_records
from rehearsal.waiting import wait_until
from rehearsal.wire import Stream, read_stream
from tests.support.servers import running_function

STREAMS = 200
#: Every fifth stream is longer than its deadline lets it be.
WORDS_COMPLETE, WORDS_CUT = 100, 6000
MARGIN_SECONDS = 1


def headers_of(number: int) -> Mapping[str, str]:
    seconds = 4 if is_cut(number) else 600
    context = {"request_id": f"request-{number}", "deadline": int((time.time() + seconds) * 1000)}
    return {"x-amzn-lambda-context": json.dumps(context), "x-amzn-trace-id": f"Root={number}"}


def is_cut(number: int) -> bool:
    return number % 5 == 0


async def ask(client: httpx.AsyncClient, number: int) -> Stream:
    text = f"{number} " * (WORDS_CUT if is_cut(number) else WORDS_COMPLETE)
    response = await client.post("/stream", json={"input": text}, headers=headers_of(number))
    return read_stream(response.content)


async def ask_all(url: str) -> list[Stream]:
    limits = httpx.Limits(max_connections=STREAMS)
    async with httpx.AsyncClient(base_url=url, limits=limits, timeout=120, trust_env=False) as client:
        return await asyncio.gather(*(ask(client, number) for number in range(STREAMS)))


def test_each_of_many_streams_at_once_has_its_own_text_deadline_log_fields_and_record(
    tmp_path: Path,
) -> None:
    settings = {"STREAM_DEADLINE_MARGIN_SECONDS": str(MARGIN_SECONDS), "STREAM_MAX_INPUT_BYTES": "100000"}
    with running_function(tmp_path / "log", **settings) as function:
        streams = asyncio.run(ask_all(function.url))
        wait_until(lambda: len(metric_records(function.log_lines())) == STREAMS, "all records to be written")
        records = {record["stream_id"]: record for record in metric_records(function.log_lines())}
        messages = [line["message"] for line in function.log_lines()]
        begun = [line for line in function.log_lines() if line["message"] == "The answer begins."]
    assert messages[: messages.index("The answer ended.")].count("The answer begins.") == STREAMS

    for number, stream in enumerate(streams):
        assert set(stream.text.split()) == {str(number)}
        assert stream.last.get("code") == ("deadline" if is_cut(number) else None)
        record = records[stream.id]
        assert record["outcome"] == (names.DEADLINE if is_cut(number) else names.COMPLETE)
        assert (record["request_id"], record["trace_id"]) == (f"request-{number}", f"Root={number}")
        assert (record[names.CHUNKS], record[names.CHARACTERS]) == (len(stream.chunks), len(stream.text))
    assert {line["stream_id"]: line["request_id"] for line in begun} == {
        stream.id: f"request-{number}" for number, stream in enumerate(streams)
    }
    assert sum(record[names.COLD_START] for record in records.values()) == 1
