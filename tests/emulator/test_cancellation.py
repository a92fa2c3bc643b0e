from __future__ import annotations

import asyncio

import pytest

from rehearsal.emulator.service import LambdaService
from tests.emulator.support import Sandbox, run


@pytest.mark.parametrize("steps", [*range(12), 50, 200, 1000])
def test_leaving_during_a_cold_start_leaves_nothing_behind(sandbox: Sandbox, steps: int) -> None:
    """Sockets, transports or processes that stay open are warnings, and these are errors."""
    sandbox.extension("adapter", 'next_event(register("adapter"))')
    function = sandbox.function("ask()")

    async def test() -> None:
        async with LambdaService(function) as service:
            invocation = service.invoke(b"{}")
            for _ in range(steps):
                await asyncio.sleep(0)
        assert invocation.failure
        assert len(asyncio.all_tasks()) == 1

    run(test())
