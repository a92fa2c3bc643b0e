"""A cold environment of the emulated Lambda behind the real adapter: from the invocation to the first byte."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Mapping
from pathlib import Path

import httpx

from infra.function import adapter_variables as variables
from rehearsal.adapter import NoAdapter, find_adapter
from rehearsal.emulator import Function, LambdaService, function_url
from tools.local import free_port

from ...harness import candidates
from ...harness.measurement import Measurements, interleaved
from ...harness.server import Candidate, Work

_WORK = Work(events=3, size=25)
# As in the adapter's example. https://github.com/awslabs/aws-lambda-web-adapter/tree/main/examples/fastapi
_RUN_SH = f'#!/bin/sh\nexec "$1" -m uvicorn --host 127.0.0.1 --port "${variables.PORT}" app:app\n'


def measure(runs: int) -> Measurements:
    """Measures nothing where there is no adapter (`make adapter`)."""
    try:
        adapter = find_adapter()
    except NoAdapter as error:
        print(error)
        return {}
    layers = candidates.fresh("layers")
    (layers / "extensions").mkdir()
    shutil.copy(adapter.path, layers / "extensions")
    fastapi = candidates.peer("fastapi")
    wrapper = fastapi.folder / "run.sh"
    wrapper.write_text(_RUN_SH)
    wrapper.chmod(0o755)
    return interleaved((candidates.ours(), fastapi), lambda one: asyncio.run(_invoke_cold(_deploy(one, layers))), runs)


def _deploy(candidate: Candidate, layers: Path) -> Function:
    environment = {
        **candidate.environment,
        variables.EXEC_WRAPPER: variables.RUN_SH,
        variables.INVOKE_MODE: variables.RESPONSE_STREAM,
        variables.PORT: str(free_port()),
        variables.READINESS_CHECK_PATH: variables.HEALTH_PATH,
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    return Function(
        name="bench",
        task_root=candidate.folder,
        opt_root=layers,
        handler=environment.pop("_HANDLER", "app.app"),
        interpreter=Path(candidates.interpreter()),
        environment=environment,
    )


async def _invoke_cold(function: Function) -> Mapping[str, float]:
    async with (
        LambdaService(function) as service,
        function_url(service, streaming=True) as address,
        httpx.AsyncClient(base_url=address, trust_env=False, timeout=30) as client,
    ):
        asked_at = time.perf_counter()
        async with client.stream("GET", _WORK.path) as response:
            response.raise_for_status()
            body = response.aiter_raw()
            await anext(body)
            first_byte = time.perf_counter() - asked_at
            async for _ in body:
                pass
    return {"first byte behind the adapter (ms)": first_byte * 1e3}
