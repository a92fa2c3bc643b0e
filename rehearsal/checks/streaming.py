"""That it streams, through the URL and through the REST API."""

from __future__ import annotations

import statistics

from infra.function.adapter_variables import PORT
from tools.local import free_port

from ..emulator import LambdaService, rest_api
from ..scene import (
    Received,
    Scene,
    client_of,
    expect,
    milliseconds,
    receive,
    serving,
    spread,
    with_environment,
    words,
)

_WORDS = 60
#: The local source pauses this long between five words and the next.
_PACE_SECONDS = 0.05


async def check_prelude(scene: Scene) -> str:
    async with serving(scene.streaming) as (_, client):
        got = await receive(client, words(5), verb="GET")
    expect(got.status == 200, "status 200", got.status)
    expect(got.headers.get("content-type") == "text/event-stream; charset=utf-8", "an event stream", got.headers)
    expect("no-transform" in got.headers.get("cache-control", ""), "cache-control no-transform", got.headers)
    expect("content-length" not in got.headers, "no content-length", got.headers)
    return f"{got.status}, {got.headers['content-type']}"


async def check_first_byte_long_before_last(scene: Scene) -> str:
    async with serving(scene.streaming) as (service, client):
        await service.warm()
        got = await receive(client, words(_WORDS))
    return _judge(got)


async def check_rest_api_streams(scene: Scene) -> str:
    service = LambdaService(with_environment(scene.streaming, **{PORT: str(free_port())}))
    async with service, rest_api(service) as address, client_of(address) as client:
        await service.warm()
        got = await receive(client, words(_WORDS))
    return _judge(got)


def _judge(got: Received) -> str:
    chunks = got.stream.chunks
    times = [arrival.seconds for arrival in got.arrivals if b'"chunk"' in arrival.part]
    expect(len(times) > len(chunks) / 2, f"{len(chunks)} chunks in about as many parts", len(times))
    expect(got.first_byte_seconds < got.seconds / 2, "the first byte long before the last", got.first_byte_seconds)
    gap = statistics.median(spread(times))
    expect(gap > _PACE_SECONDS / 2, f"gaps of about {milliseconds(_PACE_SECONDS)}", milliseconds(gap))
    return (
        f"first byte {milliseconds(got.first_byte_seconds)}, last {milliseconds(got.seconds)}, "
        f"{len(chunks)} chunks, median gap {milliseconds(gap)}"
    )


async def check_text_is_the_input(scene: Scene) -> str:
    prompt = words(25) + "\n\n  \N{GRINNING FACE}\N{COMBINING ACUTE ACCENT} \x85\u2028 end "
    async with serving(scene.streaming) as (_, client):
        for verb in ("GET", "POST"):
            text = (await receive(client, prompt, verb=verb)).stream.text
            expect(text == prompt, "the input", text)
    return f"{len(prompt.encode())} bytes by GET and by POST"


async def check_heartbeat(scene: Scene) -> str:
    async with serving(scene.scripted(STREAM_HEARTBEAT_SECONDS="0.2")) as (_, client):
        got = await receive(client, '["a", {"pause": 1.5}, "b"]')
    expect(got.stream.text == "ab", "the text around the silence", got.stream.text)
    expect(got.stream.comments >= 3, "a comment every 0.2 s of 1.5 s", got.stream.comments)
    return f"{got.stream.comments} comments in 1.5 s of silence, one every 0.2 s"
