from __future__ import annotations

import asyncio
import shutil
import sys
import textwrap
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from rehearsal.emulator.front_ends.function_url import function_url
from rehearsal.emulator.function import Function
from rehearsal.emulator.limits import Limits
from rehearsal.emulator.service import LambdaService
from rehearsal.waiting import PATIENCE_SECONDS
from tests.emulator import runtime_client


def run(test: Coroutine[Any, Any, None]) -> None:
    asyncio.run(test)


@dataclass(frozen=True)
class Sandbox:
    """A place for the scripts of a test, which talk to it through files."""

    root: Path

    @property
    def shared(self) -> Path:
        return self.root / "shared"

    def script(self, path: str, source: str) -> None:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(runtime_client.__file__, target.parent / "runtime_client.py")
        header = f"#!{sys.executable}\nfrom runtime_client import *\n"
        target.write_text(header + textwrap.dedent(source))
        target.chmod(0o755)

    def function(self, runtime: str, timeout_seconds: float = PATIENCE_SECONDS, **options: Any) -> Function:
        self.script("task/bootstrap", runtime)
        self.shared.mkdir(exist_ok=True)
        return Function(
            name="rehearsed",
            task_root=self.root / "task",
            opt_root=self.root / "opt",
            handler="unused",
            runtime="provided.al2023",
            interpreter=Path(sys.executable),
            environment={"SHARED": str(self.shared)},
            timeout_seconds=timeout_seconds,
            **options,
        )

    def extension(self, name: str, source: str) -> None:
        self.script(f"opt/extensions/{name}", source)
        (self.root / "opt/extensions/runtime_client.py").chmod(0o644)

    def write(self, name: str) -> None:
        (self.shared / name).touch()


async def is_waiting(future: asyncio.Future[Any]) -> bool:
    """Gives what should not happen some time to happen; a slow machine cannot make it happen."""
    done, _ = await asyncio.wait({future}, timeout=0.2)
    return not done


@asynccontextmanager
async def url(
    function: Function, limits: Limits | None = None, *, streaming: bool = True
) -> AsyncIterator[tuple[LambdaService, httpx.AsyncClient]]:
    async with (
        asyncio.timeout(PATIENCE_SECONDS),
        LambdaService(function, limits) as service,
        function_url(service, streaming=streaming) as address,
        httpx.AsyncClient(base_url=address, timeout=PATIENCE_SECONDS) as client,
    ):
        yield service, client
