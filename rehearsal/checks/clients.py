"""The commands that people use, against the emulated function URL."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable

from infra.function.adapter_variables import BUFFERED, INVOKE_MODE

from ..deployment import Deployment, with_environment
from ..emulator import Function
from ..expectations import expect
from ..receiving import serving, words

#: From the URL of the stream to what follows `python -m client`.
Arguments = Callable[[str], tuple[str, ...]]


async def check_command_line(deployment: Deployment) -> str:
    prompt = words(30)
    status, output = await _run_client(deployment.streaming, lambda url: (url, prompt))
    expect(status == 0, "exit code 0", (status, output))
    expect(output == f"{prompt}\n", "the input on standard output", output)
    return f"exit code {status}, the text on standard output"


async def check_doctor(deployment: Deployment) -> str:
    healthy, words_of_healthy = await _run_client(deployment.streaming, lambda url: ("doctor", url))
    expect(healthy == 0, "exit code 0 of an endpoint that streams", words_of_healthy)
    buffered = with_environment(deployment.streaming, **{INVOKE_MODE: BUFFERED})
    ill, words_of_ill = await _run_client(buffered, lambda url: ("doctor", url))
    expect(ill == 1, "exit code 1 of one that does not", words_of_ill)
    expect(INVOKE_MODE in words_of_ill, "the adapter's mode to be named", words_of_ill)
    return "0 for the deployed function; 1 in buffered mode, with the setting to change"


async def _run_client(function: Function, arguments: Arguments) -> tuple[int, str]:
    async with serving(function) as (_, client):
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "client", *arguments(f"{str(client.base_url).rstrip('/')}/stream")),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        output, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, output.decode()
