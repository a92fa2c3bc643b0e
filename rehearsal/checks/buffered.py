"""The buffered function behind an HTTP API, and why the streaming function does not belong there."""

from __future__ import annotations

import json

from ..deployment import Deployment
from ..emulator import Function, LambdaService, http_api
from ..expectations import expect
from ..receiving import Received, client_of, receive_any, with_own_port, words


async def check_buffered_function_answers_whole(deployment: Deployment) -> str:
    prompt = words(30)
    got = await _generate(deployment.buffered, prompt)
    expect(got.headers.get("content-type") == "application/json", "JSON", got.headers)
    expect(got.body.startswith(b'{"id"'), "no prelude before the JSON", got.body[:100])
    answer = json.loads(got.body)
    expect(answer["text"] == prompt, "the input", answer["text"])
    return f"{got.status}, plain JSON of {len(got.body)} bytes, no prelude"


async def check_streaming_function_is_wrong_there(deployment: Deployment) -> str:
    """The guard at synth has its reason."""
    got = await _generate(deployment.streaming, words(30))
    expect(got.status == 500, "status 500", got.status)
    return f"{got.status} {got.body.decode()}: refused at synth for this"


async def _generate(function: Function, prompt: str) -> Received:
    service = LambdaService(with_own_port(function))
    async with service, http_api(service) as address, client_of(address) as client:
        return await receive_any(client, "POST", "/generate", json={"input": prompt})
