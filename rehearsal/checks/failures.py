"""What clients see when something goes wrong."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import replace

from infra.function.adapter_variables import HEALTH_PATH, PORT

from ..deployment import Deployment
from ..expectations import expect
from ..receiving import logged, milliseconds, receive, receive_any, serving
from ..shipped.scripted import SECRET
from ..waiting import until

#: Far less than a stream that hangs to its deadline takes.
_PROMPT_SECONDS = 2
# What the adapter's runtime writes into the body when an application breaks off.
_RUNTIME_NOISE = b"Lambda-Runtime-Function-Error"
_ENDINGS_WITHOUT_BODY = (("HEAD", "/stream?input=a", 200), ("GET", "/empty", 200), ("GET", "/redirect", 302))


async def check_error_frame_after_the_200(deployment: Deployment) -> str:
    async with serving(deployment.scripted()) as (service, client):
        got = await receive(client, '["a ", {"pause": 0.1}, "b", {"fail": 1}]')
        line = await logged(service, SECRET)
    expect(got.status == 200, "status 200", got.status)
    expect(got.stream.last.get("code") == "internal", "code internal", got.stream.last)
    expect(_RUNTIME_NOISE not in got.body, "no runtime noise in the body", got.body[-300:])
    expect(SECRET.encode() not in got.body, "no secret in the body", got.body[-300:])
    expect(got.stream.id in line.text, "the stream id beside the error in the log", line.text[:300])
    return f"code {got.stream.last['code']}, the secret in the log only"


async def check_source_that_ends_as_if_cancelled(deployment: Deployment) -> str:
    """The event loop takes such an end for a cancellation of its own, and tells nobody."""
    async with serving(deployment.scripted()) as (service, client):
        await service.warm()
        got = await receive(client, '["a", {"cancel": 1}]')
        after = await receive(client, '["next"]')
        await logged(service, SECRET)
    expect(got.stream.last.get("code") == "internal", "code internal", got.stream.last)
    expect(got.seconds < _PROMPT_SECONDS, f"its end within {_PROMPT_SECONDS} s", got.seconds)
    expect(after.stream.text == "next", "the next to be served", after.body)
    return f"code {got.stream.last['code']} after {milliseconds(got.seconds)}, the cause in the log"


async def check_problem_before_the_200(deployment: Deployment) -> str:
    async with serving(deployment.streaming) as (_, client):
        got = await receive(client, "")
    expect(got.status == 422, "status 422", got.status)
    expect(got.headers.get("content-type") == "application/problem+json", "a problem document", got.headers)
    expect(b'"input"' in got.body, "the field's name", got.body)
    return f"{got.status} {got.headers['content-type']}, field named"


async def check_answers_without_a_body_end(deployment: Deployment) -> str:
    took = []
    async with serving(deployment.careless()) as (service, client):
        await service.warm()
        reconnect = await receive_any(client, "GET", "/stream?input=a", headers={"last-event-id": "3"})
        expect((reconnect.status, reconnect.body) == (204, b""), "204 without a body", reconnect)
        took.append(reconnect.seconds)
        for verb, path, status in _ENDINGS_WITHOUT_BODY:
            got = await receive_any(client, verb, path)
            expect((got.status, got.body) == (status, b""), f"{status} without a body for {verb} {path}", got)
            took.append(got.seconds)
    return f"204, HEAD, empty and redirect within {milliseconds(max(took))}"


async def check_deadline(deployment: Deployment) -> str:
    timeout_seconds = 5
    function = replace(deployment.scripted(), timeout_seconds=timeout_seconds)
    async with serving(function) as (service, client):
        await service.warm()
        got = await receive(client, '["a", {"pause": 60}]')
        (invocation,) = service.invocations
    expect(got.stream.last.get("code") == "deadline", "code deadline", got.stream.last)
    expect(invocation.outcome == "succeeded", "an invocation that succeeded", invocation)
    return f"ended by the stream at {got.seconds:.1f} s of {timeout_seconds} s"


async def check_sigterm(deployment: Deployment) -> str:
    allowed_seconds = deployment.limits.runtime_shutdown_seconds
    async with serving(deployment.scripted()) as (service, client):
        start_seconds = (await service.warm()).initialised or 0.0
        reading = asyncio.create_task(receive(client, '["a", {"pause": 60}]'))
        await logged(service, "The answer begins")
        began = time.monotonic()
        stopping = asyncio.create_task(service.shut_down())
        got = await reading
        took = time.monotonic() - began
        await stopping
    expect(got.stream.last.get("code") == "shutdown", "code shutdown", got.stream.last)
    # A machine that is too busy for Lambda's limit took longer to start as well.
    expect(took < max(allowed_seconds, start_seconds), f"the last event within {milliseconds(allowed_seconds)}", took)
    return f"last event after {milliseconds(took)} of the {milliseconds(allowed_seconds)} that Lambda gives"


async def check_client_that_leaves(deployment: Deployment) -> str:
    gate = deployment.gate()
    async with serving(deployment.scripted()) as (service, client):
        prompt = json.dumps(["a", gate.step, "b"])
        async with client.stream("POST", "/stream", json={"input": prompt}) as response:
            await anext(response.aiter_raw())
        gate.open()
        await logged(service, "ran on after its client had left")
        after = await receive(client, '["next"]')
        left, served = service.invocations
        environments = len(service.cold_starts)
    expect(left.client_left and left.outcome == "succeeded", "the first to run to its end", left)
    completed = sum('"outcome": "complete"' in line.text for line in service.log)
    expect(completed == 2, "both answers to be complete", completed)
    expect(after.stream.text == "next", "the next to be served", after.body)
    expect(environments == 1, "one environment for both", environments)
    return f"ran on without it, the next served after it in {milliseconds(served.seconds)}"


async def check_application_that_dies(deployment: Deployment) -> str:
    async with serving(deployment.scripted()) as (service, client):
        cut = await receive(client, '["a", {"pause": 0.1}, {"die": 3}]')
        # Its sockets close before the process has ended, and a request in between would meet neither.
        await logged(service, "runtime exited")
        after = await receive(client, '["next"]')
        environments = len(service.cold_starts)
    expect(b'"status": "complete"' not in cut.body, "no completion", cut.body[-200:])
    expect(after.stream.text == "next", "the next to be served", after.body)
    expect(environments == 2, "a fresh environment", environments)
    return f"cut after {len(cut.body)} bytes, the next served by a fresh environment"


async def check_unblocked_event_loop(deployment: Deployment) -> str:
    """A health check is answered while the source waits for that answer."""
    gate = deployment.gate()
    async with serving(deployment.scripted()) as (service, client):
        await service.warm()
        port = service.function.environment[PORT]
        reading = asyncio.create_task(receive(client, json.dumps(["a", gate.step, "b"])))
        await until(lambda: gate.is_reached, "the source to wait")
        health = await receive_any(client, "GET", f"http://127.0.0.1:{port}{HEALTH_PATH}")
        gate.open()
        got = await reading
    expect(health.status == 200, "status 200", health)
    expect(got.stream.text == "ab", "an answer while the stream runs", got.stream.events)
    return f"health answered in {milliseconds(health.seconds)} in the middle of a stream"
