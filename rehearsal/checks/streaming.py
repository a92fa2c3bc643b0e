"""That it streams, through the URL and through the REST API."""

from __future__ import annotations

import json

import httpx

from ..deployment import Deployment
from ..emulator import LambdaService, rest_api
from ..expectations import expect
from ..receiving import client_of, milliseconds, receive, serving, with_own_port, words

_CHUNKS = 12
_COMMENTS = 3


async def check_prelude(deployment: Deployment) -> str:
    async with serving(deployment.streaming) as (_, client):
        got = await receive(client, words(5), verb="GET")
    expect(got.status == 200, "status 200", got.status)
    expect(got.headers.get("content-type") == "text/event-stream; charset=utf-8", "an event stream", got.headers)
    expect("no-transform" in got.headers.get("cache-control", ""), "cache-control no-transform", got.headers)
    expect("content-length" not in got.headers, "no content-length", got.headers)
    return f"{got.status}, {got.headers['content-type']}"


async def check_chunks_come_as_they_are_made(deployment: Deployment) -> str:
    async with serving(deployment.scripted()) as (service, client):
        await service.warm()
        return await _acknowledge_each_chunk(deployment, client)


async def check_rest_api_streams(deployment: Deployment) -> str:
    service = LambdaService(with_own_port(deployment.scripted()))
    async with service, rest_api(service) as address, client_of(address) as client:
        await service.warm()
        return await _acknowledge_each_chunk(deployment, client)


async def _acknowledge_each_chunk(deployment: Deployment, client: httpx.AsyncClient) -> str:
    """The source makes a chunk only after the one before has arrived, so that no time need be measured."""
    gates = [deployment.gate() for _ in range(_CHUNKS)]
    script = [step for number, gate in enumerate(gates) for step in (f"{number} ", gate.step)]

    def acknowledge(body: bytes) -> None:
        for gate in gates[: body.count(b'"chunk"')]:
            gate.open()

    got = await receive(client, json.dumps(script), on_part=acknowledge)
    expect(
        got.stream.last.get("status") == "complete", "each chunk to arrive before the next is made", got.stream.events
    )
    return (
        f"{len(got.stream.chunks)} chunks, each made after the one before had arrived; "
        f"first byte {milliseconds(got.first_byte_seconds)}"
    )


async def check_text_is_the_input(deployment: Deployment) -> str:
    prompt = words(25) + "\n\n  \N{GRINNING FACE}\N{COMBINING ACUTE ACCENT} \x85\u2028 end "
    async with serving(deployment.streaming) as (_, client):
        for verb in ("GET", "POST"):
            text = (await receive(client, prompt, verb=verb)).stream.text
            expect(text == prompt, "the input", text)
    return f"{len(prompt.encode())} bytes by GET and by POST"


async def check_heartbeat(deployment: Deployment) -> str:
    """The source is silent until enough comments have arrived."""
    gate = deployment.gate()

    def wait_for_comments(body: bytes) -> None:
        if body.count(b": ping\n") >= _COMMENTS:
            gate.open()

    async with serving(deployment.scripted(STREAM_HEARTBEAT_SECONDS="0.2")) as (_, client):
        got = await receive(client, json.dumps(["a", gate.step, "b"]), on_part=wait_for_comments)
    expect(got.stream.comments >= _COMMENTS, f"{_COMMENTS} comments in a silence", got.stream.comments)
    expect(got.stream.text == "ab", "the text around the silence", got.stream.text)
    return f"{got.stream.comments} comments in a silence of {milliseconds(got.seconds)}, one every 200 ms"
