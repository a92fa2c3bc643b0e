"""The record of every stream, whatever ends it: one, valid, and true to what went over the wire."""

from __future__ import annotations

import json
import shutil
import signal
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from functions.stream.streaming.records import metric_names as names
from rehearsal import shipped
from rehearsal.records import metric_records
from rehearsal.waiting import wait_until
from rehearsal.wire import read_stream
from tests.support.servers import FUNCTION, Function, running_function

PROMPT_WORD = "do-not-log-me"
ENDLESS = [PROMPT_WORD, {"pause": 600}]


@pytest.fixture(scope="module")
def run_sh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of a copy of the function whose source does as the prompt says."""
    copy = shutil.copytree(FUNCTION, tmp_path_factory.mktemp("scripted") / "stream")
    shutil.copy(Path(str(shipped.__file__)).with_name("scripted.py"), copy / "streaming" / "sources")
    return copy / "run.sh"


def start(run_sh: Path, log_file: Path, **environment: str) -> Any:
    settings = {"STREAM_SOURCE": "scripted", "STREAM_SERVICE": "stream", "STREAM_STAGE": "test"}
    return running_function(log_file, run_sh, **settings | {"STREAM_HEARTBEAT_SECONDS": "0.1"} | environment)


@pytest.fixture(scope="module")
def scripted(run_sh: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Function]:
    with start(run_sh, tmp_path_factory.mktemp("log") / "log") as function:
        yield function


def the_record(function: Function, stream_id: str) -> Mapping[str, Any]:
    """The only one of the stream, once it is written."""

    def found() -> list[Mapping[str, Any]]:
        return [record for record in metric_records(function.log_lines()) if record["stream_id"] == stream_id]

    wait_until(found, "the record")
    (record,) = found()
    return record


def lines_of(function: Function, stream_id: str) -> list[Mapping[str, Any]]:
    return [line for line in function.log_lines() if line.get("stream_id") == stream_id]


def ask(client: httpx.Client, function: Function, *steps: object, path: str = "/stream", **headers: str) -> Any:
    return client.post(f"{function.url}{path}", json={"input": json.dumps(steps)}, headers=headers)


def lambda_context(seconds: float) -> str:
    return json.dumps({"request_id": "request-1", "deadline": int((time.time() + seconds) * 1000)})


def test_complete_stream_is_counted_as_it_went_over_the_wire(scripted: Function, client: httpx.Client) -> None:
    usage = {"input_tokens": 3, "output_tokens": 7, "stop_reason": "end_turn"}
    response = ask(client, scripted, "é😀", {"pause": 0.35}, "text ", {"usage": usage}, {"pause": 0.1}, "end")
    stream = read_stream(response.content)
    record = the_record(scripted, stream.id)
    assert record["outcome"] == names.COMPLETE
    assert (record[names.CHUNKS], record[names.CHARACTERS]) == (len(stream.chunks), len(stream.text))
    assert record[names.BYTES] == len(response.content)
    assert record[names.HEARTBEATS] == stream.comments > 0
    assert (record[names.INPUT_TOKENS], record[names.OUTPUT_TOKENS]) == (3, 7)
    assert 0 < record[names.TIME_TO_FIRST_BYTE] <= record[names.TIME_TO_FIRST_CHUNK] < record[names.STREAM_DURATION]
    assert record[names.QUEUE_FULL] == 0
    assert [record[name] for name in names.DIMENSIONS] == ["stream", "test", "scripted"]


def test_source_that_breaks_off_after_the_200_is_a_source_error(scripted: Function, client: httpx.Client) -> None:
    response = ask(client, scripted, "a", {"pause": 0.1}, {"fail": 1})
    record = the_record(scripted, read_stream(response.content).id)
    assert (response.status_code, record["outcome"], record["code"]) == (200, names.SOURCE_ERROR, "internal")
    assert (record[names.CHUNKS], record[names.BYTES]) == (1, len(response.content))


def test_source_that_hangs_is_ended_by_the_deadline(scripted: Function, client: httpx.Client) -> None:
    response = ask(client, scripted, *ENDLESS, **{"x-amzn-lambda-context": lambda_context(3.3)})
    record = the_record(scripted, read_stream(response.content).id)
    assert (record["outcome"], record["code"], record["request_id"]) == (names.DEADLINE, "deadline", "request-1")
    assert record[names.HEARTBEATS] == read_stream(response.content).comments


def test_stream_whose_client_leaves_is_disconnected(scripted: Function, client: httpx.Client) -> None:
    with client.stream("POST", f"{scripted.url}/stream", json={"input": json.dumps(ENDLESS)}) as response:
        parts = response.iter_raw()
        body = b""
        while b'"chunk"' not in body:
            body += next(parts)
    record = the_record(scripted, read_stream(body).id)
    assert (record["outcome"], record[names.CHUNKS]) == (names.DISCONNECTED, 1)


def test_source_that_refuses_is_rejected_and_never_had_a_first_byte(scripted: Function, client: httpx.Client) -> None:
    response = ask(client, scripted, {"refuse": 429})
    record = the_record(scripted, response.json()["id"])
    assert (response.status_code, record["outcome"]) == (429, names.REJECTED)
    assert names.TIME_TO_FIRST_BYTE not in record
    assert names.TIME_TO_FIRST_CHUNK not in record


def test_request_that_no_source_saw_leaves_no_record(scripted: Function, client: httpx.Client) -> None:
    before = len(metric_records(scripted.log_lines()))
    assert client.post(f"{scripted.url}/stream", json={"input": ""}).status_code == 422
    assert client.get(f"{scripted.url}/stream?input=a", headers={"last-event-id": "1"}).status_code == 204
    the_record(scripted, read_stream(ask(client, scripted, "a").content).id)
    assert len(metric_records(scripted.log_lines())) == before + 1


def test_reader_slower_than_the_source_fills_the_queue(scripted: Function, client: httpx.Client) -> None:
    response = ask(client, scripted, {"flood": 2000})
    record = the_record(scripted, read_stream(response.content).id)
    assert record[names.CHARACTERS] == 2_000_000
    assert record[names.QUEUE_FULL] > 0


def test_whole_answer_is_recorded_as_well(scripted: Function, client: httpx.Client) -> None:
    response = ask(client, scripted, "a", {"pause": 0.1}, "b", path="/generate")
    record = the_record(scripted, response.json()["id"])
    assert (record["outcome"], record[names.CHUNKS]) == (names.COMPLETE, response.json()["chunks"])
    assert record[names.BYTES] == len(response.content)


@pytest.mark.parametrize("path", ["/stream", "/generate"])
def test_sigterm_leaves_the_record_of_the_stream_it_ended(
    path: str, run_sh: Path, client: httpx.Client, tmp_path: Path
) -> None:
    with start(run_sh, tmp_path / "log") as function:
        with ThreadPoolExecutor(1) as pool:
            asking = pool.submit(ask, client, function, *ENDLESS, path=path)
            wait_until(lambda: "answer begins" in function.log_file.read_text(), "the answer to begin")
            function.process.terminate()
            asking.result(20)
        function.process.wait(10)
        (record,) = metric_records(function.log_lines())
    assert (record["outcome"], record["code"]) == (names.SHUTDOWN, "shutdown")


def test_next_start_prints_the_records_of_the_streams_that_a_killed_process_left(
    run_sh: Path, client: httpx.Client, tmp_path: Path
) -> None:
    """Lambda keeps /tmp when it resets an environment, whatever killed the process: memory, the timeout, a crash."""
    with start(run_sh, tmp_path / "first", TMPDIR=str(tmp_path)) as function:
        done = read_stream(ask(client, function, "done").content).id
        with client.stream("POST", f"{function.url}/stream", json={"input": json.dumps(ENDLESS)}) as response:
            parts = response.iter_raw()  # which leaves when it is forgotten
            under_way = read_stream(next(parts)).id
            function.process.kill()
        assert function.process.wait(10) == -signal.SIGKILL
        assert [record["stream_id"] for record in metric_records(function.log_lines())] == [done]
    port = function.url.rpartition(":")[2]
    for attempt in ("second", "third"):
        with start(run_sh, tmp_path / attempt, TMPDIR=str(tmp_path), AWS_LWA_PORT=port) as function:
            records = metric_records(function.log_lines())
        assert [record["stream_id"] for record in records] == ([under_way] if attempt == "second" else [])
    (end,) = metric_records(map(json.loads, (tmp_path / "second").read_text().splitlines()))
    assert (end["outcome"], end["level"], end["code"]) == (names.SHUTDOWN, "ERROR", "killed")


def test_first_stream_of_an_environment_is_marked_as_its_cold_start(
    run_sh: Path, client: httpx.Client, tmp_path: Path
) -> None:
    with start(run_sh, tmp_path / "log") as function:
        ids = [read_stream(ask(client, function, "a").content).id for _ in range(3)]
        assert [the_record(function, stream_id)[names.COLD_START] for stream_id in ids] == [1, 0, 0]


@pytest.mark.parametrize("switch", ["false", "true"])
def test_log_holds_neither_input_nor_answer_unless_a_setting_allows_it(
    switch: str, run_sh: Path, client: httpx.Client, tmp_path: Path
) -> None:
    with start(run_sh, tmp_path / "log", STREAM_LOG_TEXT=switch) as function:
        stream = read_stream(ask(client, function, PROMPT_WORD, {"pause": 0.1}, {"fail": 1}).content)
        the_record(function, stream.id)
        lines = lines_of(function, stream.id)
        if switch == "true":
            assert PROMPT_WORD in lines[0]["prompt"]
            assert [line["text"] for line in lines if "text" in line] == [stream.text] == [PROMPT_WORD]
        else:
            assert PROMPT_WORD not in function.log_file.read_text()
