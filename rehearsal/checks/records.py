"""That a stream leaves its record, which is its metrics and its last log line, also when nothing goes to plan."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from functions.stream.streaming.records import metric_names as names

from ..emulator import LambdaService
from ..records import metric_records
from ..scene import Scene, expect, receive, serving
from ..waiting import until

#: A second more than a stream says goodbye before it.
_TIMEOUT_SECONDS = 4
_PATIENCE_SECONDS = 3


async def check_record_of_killed_application(scene: Scene) -> str:
    async with serving(scene.scripted()) as (service, client):
        await receive(client, '["a", {"pause": 0.1}, {"kill": 9}]')
        await asyncio.wait_for(service.log.wait_for("runtime exited"), 10)
        await receive(client, '["next"]')
        record, followed = await _records(service, 2)
    _expect_ending(record, names.SHUTDOWN, "killed")
    expect(record["level"] == "ERROR", "an error's log line", record)
    expect(followed["outcome"] == names.COMPLETE, "the next stream to be complete", followed)
    return f"outcome {record['outcome']}, code {record['code']}, printed by the next start"


async def check_record_of_silent_source(scene: Scene) -> str:
    function = replace(scene.scripted(), timeout_seconds=_TIMEOUT_SECONDS)
    async with serving(function) as (service, client):
        await service.warm()
        got = await receive(client, '["a", {"pause": 60}]')
        (record,) = await _records(service, 1)
    _expect_ending(record, names.DEADLINE, "deadline")
    expect(record["stream_id"] == got.stream.id, "the stream's id", record)
    expect(record[names.CHUNKS] == len(got.stream.chunks) == 1, "the one chunk to be counted", record)
    return f"outcome {record['outcome']} after {record[names.STREAM_DURATION]:.0f} ms"


async def check_record_of_blocking_source(scene: Scene) -> str:
    """A source that blocks the event loop misses its deadline; Lambda kills all, and the next process tells of it."""
    function = replace(scene.scripted(), timeout_seconds=_TIMEOUT_SECONDS)
    async with serving(function) as (service, client):
        await service.warm()
        await receive(client, '["a", {"pause": 0.1}, {"block": 60}]')
        await receive(client, '["next"]')
        died, followed = await _records(service, 2)
    _expect_ending(died, names.SHUTDOWN, "killed")
    expect(followed["outcome"] == names.COMPLETE, "the next stream to be complete", followed)
    return f"outcome {died['outcome']}, code {died['code']}, printed by the next environment"


def _expect_ending(record: Mapping[str, Any], outcome: str, code: str) -> None:
    expect(record["outcome"] == outcome, f"a record with the outcome {outcome}", record)
    expect(record.get("code") == code, f"a record with the code {code}", record)


async def _records(service: LambdaService, count: int) -> list[Mapping[str, Any]]:
    """In the order of their lines, all of them valid. A line may come a moment after the answer that it is about."""

    def written() -> list[Mapping[str, Any]]:
        return metric_records(json.loads(line.text) for line in service.log if line.text.startswith("{"))

    await until(lambda: len(written()) >= count, f"records: {count}", _PATIENCE_SECONDS)
    return written()
