"""Environments: how they start, and that they are used again."""

from __future__ import annotations

from ..deployment import Deployment
from ..emulator import ColdStart
from ..expectations import expect
from ..receiving import milliseconds, receive, serving, words


async def check_cold_start(deployment: Deployment) -> str:
    async with serving(deployment.streaming, deployment.limits) as (service, client):
        got = await receive(client, words(1))
        cold = service.cold_starts[0]
    expect(got.status == 200, "status 200 from a cold start", got.status)
    return f"{_stations(cold)}, first byte {milliseconds(got.first_byte_seconds)}"


def _stations(cold: ColdStart) -> str:
    stations = {"registered": cold.extensions_registered, "ready": cold.runtime_ready}
    return ", ".join(f"{name} {milliseconds(at)}" for name, at in stations.items() if at is not None)


async def check_two_invocations_in_one_environment(deployment: Deployment) -> str:
    async with serving(deployment.streaming) as (service, client):
        first, second = [await receive(client, words(5)) for _ in range(2)]
        environments = len(service.cold_starts)
    expect(environments == 1, "one environment", environments)
    expect(first.stream.id != second.stream.id, "two stream ids", first.stream.id)
    return f"first byte {milliseconds(first.first_byte_seconds)} cold, {milliseconds(second.first_byte_seconds)} warm"
