"""What clients see when something goes wrong."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

from infra.function.adapter_variables import HEALTH_PATH, PORT

from ..scene import Scene, expect, milliseconds, receive, receive_any, serving, words
from ..shipped.scripted import SECRET

# What the adapter's runtime writes into the body when an application breaks off.
_RUNTIME_NOISE = b"Lambda-Runtime-Function-Error"
_ENDINGS_WITHOUT_BODY = (("HEAD", "/stream?input=a", 200), ("GET", "/empty", 200), ("GET", "/redirect", 302))


async def check_error_frame_after_the_200(scene: Scene) -> str:
    async with serving(scene.scripted()) as (service, client):
        got = await receive(client, '["a ", {"pause": 0.1}, "b", {"fail": 1}]')
        logged = await asyncio.wait_for(service.log.wait_for(SECRET), 5)
    expect(got.status == 200, "status 200", got.status)
    expect(got.stream.last.get("code") == "internal", "code internal", got.stream.last)
    expect(_RUNTIME_NOISE not in got.body, "no runtime noise in the body", got.body[-300:])
    expect(SECRET.encode() not in got.body, "no secret in the body", got.body[-300:])
    expect(got.stream.id in logged.text, "the stream id beside the error in the log", logged.text[:300])
    return f"code {got.stream.last['code']}, the secret in the log only"


async def check_problem_before_the_200(scene: Scene) -> str:
    async with serving(scene.streaming) as (_, client):
        got = await receive(client, "")
    expect(got.status == 422, "status 422", got.status)
    expect(got.headers.get("content-type") == "application/problem+json", "a problem document", got.headers)
    expect(b'"input"' in got.body, "the field's name", got.body)
    return f"{got.status} {got.headers['content-type']}, field named"


async def check_answers_without_a_body_end(scene: Scene) -> str:
    took = []
    async with serving(scene.careless()) as (service, client):
        await service.warm()
        reconnect = await receive_any(client, "GET", "/stream?input=a", headers={"last-event-id": "3"})
        expect((reconnect.status, reconnect.body) == (204, b""), "204 without a body", reconnect)
        took.append(reconnect.seconds)
        for verb, path, status in _ENDINGS_WITHOUT_BODY:
            got = await receive_any(client, verb, path)
            expect((got.status, got.body) == (status, b""), f"{status} without a body for {verb} {path}", got)
            took.append(got.seconds)
    return f"204, HEAD, empty and redirect within {milliseconds(max(took))}"


async def check_deadline(scene: Scene) -> str:
    timeout_seconds = 5
    function = replace(scene.scripted(), timeout_seconds=timeout_seconds)
    async with serving(function) as (service, client):
        await service.warm()
        got = await receive(client, '["a", {"pause": 60}]')
        (invocation,) = service.invocations
    expect(got.stream.last.get("code") == "deadline", "code deadline", got.stream.last)
    expect(got.seconds < timeout_seconds, f"an end before the timeout of {timeout_seconds} s", got.seconds)
    expect(invocation.outcome == "succeeded", "an invocation that succeeded", invocation)
    return f"ended by the stream at {got.seconds:.1f} s of {timeout_seconds} s"


async def check_sigterm(scene: Scene) -> str:
    async with serving(scene.scripted()) as (service, client):
        await service.warm()
        reading = asyncio.create_task(receive(client, '["a", {"pause": 60}]'))
        await asyncio.wait_for(service.log.wait_for("The answer begins"), 10)
        began = time.monotonic()
        await service.shut_down()
        got = await reading
        took = time.monotonic() - began
    expect(got.stream.last.get("code") == "shutdown", "code shutdown", got.stream.last)
    allowed = milliseconds(service.limits.runtime_shutdown_seconds)
    return f"goodbye within Lambda's {allowed}, all over in {milliseconds(took)}"


async def check_client_that_leaves(scene: Scene) -> str:
    async with serving(scene.scripted()) as (service, client):
        async with client.stream("POST", "/stream", json={"input": '["a", {"pause": 1}, "b"]'}) as response:
            await anext(response.aiter_raw())
        await asyncio.wait_for(service.log.wait_for("ran on after its client had left"), 10)
        after = await receive(client, '["next"]')
        left, served = service.invocations
        environments = len(service.cold_starts)
    expect(left.client_left and left.outcome == "succeeded", "the first to run to its end", left)
    completed = sum('"outcome": "complete"' in line.text for line in service.log)
    expect(completed == 2, "both answers to be complete", completed)
    expect(after.stream.text == "next", "the next to be served", after.body)
    expect(environments == 1, "one environment for both", environments)
    return f"ran on for {left.seconds:.1f} s, the next served after it in {milliseconds(served.seconds)}"


async def check_application_that_dies(scene: Scene) -> str:
    async with serving(scene.scripted()) as (service, client):
        cut = await receive(client, '["a", {"pause": 0.1}, {"die": 3}]')
        # Its sockets close before the process has ended, and a request in between would meet neither.
        await asyncio.wait_for(service.log.wait_for("runtime exited"), 10)
        after = await receive(client, '["next"]')
        environments = len(service.cold_starts)
    expect(b'"status": "complete"' not in cut.body, "no completion", cut.body[-200:])
    expect(after.stream.text == "next", "the next to be served", after.body)
    expect(environments == 2, "a fresh environment", environments)
    return f"cut after {len(cut.body)} bytes, the next served by a fresh environment"


async def check_unblocked_event_loop(scene: Scene) -> str:
    """A health check is answered while a stream is under way."""
    async with serving(scene.streaming) as (service, client):
        await service.warm()
        port = service.function.environment[PORT]
        reading = asyncio.create_task(receive(client, words(60)))
        await asyncio.wait_for(service.log.wait_for("The answer begins"), 10)
        health = await receive_any(client, "GET", f"http://127.0.0.1:{port}{HEALTH_PATH}")
        still_streaming = not reading.done()
        got = await reading
    expect(health.status == 200 and still_streaming, "an answer while the stream runs", health)
    expect(health.seconds < got.seconds / 2, "an answer at once", health.seconds)
    return f"health answered in {milliseconds(health.seconds)} of a stream of {milliseconds(got.seconds)}"
