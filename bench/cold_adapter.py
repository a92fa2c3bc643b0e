"""A cold environment of the emulated Lambda behind the real adapter: from the invocation to the first byte."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx

from infra.function import adapter_variables
from rehearsal.adapter import NoAdapter, find_adapter
from rehearsal.emulator import Function, LambdaService, function_url
from tools.local import free_port

from . import contenders
from .contender import Contender, Work
from .measurement import Figure, Samples, rounds

_FIRST_BYTE = Figure("first byte behind the adapter", "ms")
_WORK = Work(events=3, size=25)
# As in the adapter's example. https://github.com/awslabs/aws-lambda-web-adapter/tree/main/examples/fastapi
_RUN_SH = f'#!/bin/sh\nexec "$1" -m uvicorn --host 127.0.0.1 --port "${adapter_variables.PORT}" app:app\n'


@dataclass(frozen=True)
class _Deployed:
    name: str
    function: Function
    path: str


def measure(repetitions: int) -> tuple[Samples, ...]:
    """Nothing where there is no adapter: `make adapter`."""
    try:
        adapter = find_adapter()
    except NoAdapter as error:
        print(error)
        return ()
    fastapi = contenders.fastapi()
    wrapper = fastapi.folder / "run.sh"
    wrapper.write_text(_RUN_SH)
    wrapper.chmod(0o755)
    layers = _layers(adapter.path)
    deployed = (_deploy(contenders.ours(), layers), _deploy(fastapi, layers))
    return rounds(deployed, lambda one: asyncio.run(_invoke_cold(one)), repetitions)


def _layers(adapter: Path) -> Path:
    layers = contenders.fresh("layers")
    (layers / "extensions").mkdir()
    shutil.copy(adapter, layers / "extensions")
    return layers


def _deploy(contender: Contender, layers: Path) -> _Deployed:
    environment = {name: value for name, value in contender.environment.items() if name != "_HANDLER"}
    function = Function(
        name="bench",
        task_root=contender.folder,
        opt_root=layers,
        handler="streaming.app.app",
        interpreter=Path(contenders.interpreter()),
        environment={
            **environment,
            adapter_variables.EXEC_WRAPPER: adapter_variables.RUN_SH,
            adapter_variables.INVOKE_MODE: adapter_variables.RESPONSE_STREAM,
            adapter_variables.PORT: str(free_port()),
            adapter_variables.READINESS_CHECK_PATH: adapter_variables.HEALTH_PATH,
            "PYTHONDONTWRITEBYTECODE": "1",
        },
    )
    return _Deployed(contender.name, function, contender.stream_path(_WORK))


async def _invoke_cold(deployed: _Deployed) -> Mapping[Figure, float]:
    async with (
        LambdaService(deployed.function) as service,
        function_url(service, streaming=True) as address,
        httpx.AsyncClient(base_url=address, trust_env=False, timeout=30) as client,
    ):
        asked_at = time.perf_counter()
        async with client.stream("GET", deployed.path) as response:
            response.raise_for_status()
            body = response.aiter_raw()
            await anext(body)
            figures = {_FIRST_BYTE: (time.perf_counter() - asked_at) * 1000}
            async for _ in body:
                pass
    return figures
