"""That a stream leaves its record, which is its metrics and its last log line, also when nothing goes to plan."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from functions.stream.streaming.records import metric_names as names

from ..deployment import Deployment
from ..emulator import LambdaService
from ..expectations import expect
from ..receiving import logged, receive, serving
from ..records import metric_records

#: Two seconds more than the margin before it at which a stream ends.
_TIMEOUT_SECONDS = 5
_STREAMS = 200
#: Of the event loop, each of which reads what pipes and sockets hold.
_TURNS = 5


async def check_record_of_killed_application(deployment: Deployment) -> str:
    async with serving(deployment.scripted()) as (service, client):
        await receive(client, '["a", {"pause": 0.1}, {"kill": 9}]')
        await logged(service, "runtime exited")
        await receive(client, '["next"]')
        record, followed = await _all_records(service, 2)
    _expect_ending(record, names.SHUTDOWN, "killed")
    expect(record["level"] == "ERROR", "an error's log line", record)
    expect(followed["outcome"] == names.COMPLETE, "the next stream to be complete", followed)
    return f"outcome {record['outcome']}, code {record['code']}, printed by the next start"


async def check_record_of_silent_source(deployment: Deployment) -> str:
    function = replace(deployment.scripted(), timeout_seconds=_TIMEOUT_SECONDS)
    async with serving(function) as (service, client):
        await service.warm()
        got = await receive(client, '["a", {"pause": 60}]')
        (record,) = await _all_records(service, 1)
    _expect_ending(record, names.DEADLINE, "deadline")
    expect(record["stream_id"] == got.stream.id, "the stream's id", record)
    expect(record[names.CHUNKS] == len(got.stream.chunks) == 1, "the one chunk to be counted", record)
    return f"outcome {record['outcome']} after {record[names.STREAM_DURATION]:.0f} ms"


async def check_record_of_blocking_source(deployment: Deployment) -> str:
    """A source that blocks the event loop misses its deadline; Lambda kills all, and the next process tells of it."""
    function = replace(deployment.scripted(), timeout_seconds=_TIMEOUT_SECONDS)
    async with serving(function) as (service, client):
        await service.warm()
        await receive(client, '["a", {"pause": 0.1}, {"block": 60}]')
        await receive(client, '["next"]')
        died, followed = await _all_records(service, 2)
    _expect_ending(died, names.SHUTDOWN, "killed")
    expect(followed["outcome"] == names.COMPLETE, "the next stream to be complete", followed)
    return f"outcome {died['outcome']}, code {died['code']}, printed by the next environment"


async def check_records_before_the_end(deployment: Deployment) -> str:
    """Lambda may freeze the environment once a response has ended; what is logged later may never come."""
    async with serving(deployment.scripted()) as (service, client):
        await service.warm()
        for count in range(1, _STREAMS + 1):
            await receive(client, '["a"]')
            # What was written before the end is in the pipe by now; the event loop has to read it.
            for _ in range(_TURNS):
                await asyncio.sleep(0)
            written = sum('"The answer ended."' in line.text for line in service.log)
            expect(
                written == count, f"no record after the end of {_STREAMS} responses", f"{written} of {count} by then"
            )
    return f"none of {_STREAMS} records came after the end of its response"


def _expect_ending(record: Mapping[str, Any], outcome: str, code: str) -> None:
    expect(record["outcome"] == outcome, f"a record with the outcome {outcome}", record)
    expect(record.get("code") == code, f"a record with the code {code}", record)


async def _all_records(service: LambdaService, count: int) -> list[Mapping[str, Any]]:
    """Ends the service, after which no line can follow, and returns the records in the order of their lines."""
    await service.shut_down()
    written = metric_records(json.loads(line.text) for line in service.log if line.text.startswith("{"))
    expect(len(written) == count, f"records: {count}", [record["outcome"] for record in written])
    return written
