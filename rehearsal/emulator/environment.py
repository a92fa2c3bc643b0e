from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from .errors import InvocationFailed
from .extensions_api import ExtensionsApi
from .function import Function
from .http11 import Exchange, Server
from .invocation import Invocation
from .limits import Limits
from .log import Log
from .process import Process
from .racing import Interrupted, unless
from .runtime_api import RuntimeApi
from .variables import extension_variables, runtime_variables


@dataclass(frozen=True)
class ColdStart:
    """The stations of an init phase, in seconds from its start; None: not reached."""

    extensions_registered: float | None = None
    runtime_started: float | None = None
    #: The first poll for an invocation; behind the adapter, the application is ready.
    runtime_ready: float | None = None
    initialised: float | None = None


class Environment:
    """One execution environment: its processes and the API they talk to.

    https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
    """

    def __init__(self, function: Function, limits: Limits, log: Log) -> None:
        self.cold_start = ColdStart()
        self._function = function
        self._limits = limits
        self._log = log
        self._log_stream = f"{time.strftime('%Y/%m/%d', time.gmtime())}/[{function.version}]{uuid.uuid4().hex}"
        self._server = Server(self._handle)
        self._runtime_api = RuntimeApi(function, limits, self._die)
        self._extensions_api = ExtensionsApi(
            function, lambda: not self._runtime_api.was_asked, self._on_register, self._die
        )
        self._registered = asyncio.Event()
        self._runtime: Process | None = None
        self._extensions: dict[str, Process] = {}
        self._invocation: Invocation | None = None
        self._is_stopping = False
        self._dead = asyncio.Event()
        self._death = InvocationFailed("Sandbox.Failure", "The environment was shut down")

    @property
    def is_alive(self) -> bool:
        """Initialised, and neither dead nor about to be."""
        if self.cold_start.initialised is None or self._dead.is_set() or self._is_stopping:
            return False
        return not any(process.is_gone for process in filter(None, (self._runtime, *self._extensions.values())))

    async def start(self, seconds: float) -> None:
        """The init phase; raises InvocationFailed, with everything closed, when it fails."""
        self._started = time.monotonic()
        try:
            await self._server.open()
            async with asyncio.timeout(seconds):
                await unless(self._dead, self._initialise())
        except TimeoutError:
            await self.close()
            raise InvocationFailed("Sandbox.Timeout", f"Init timed out after {seconds:.2f} seconds") from None
        except Interrupted:
            await self.close()
            raise self._death from None
        except BaseException:
            await self.close()
            raise

    async def run(self, invocation: Invocation) -> None:
        """From the event to the moment when every process is idle again, or dead."""
        self._invocation = invocation
        seconds = self._function.timeout_seconds
        try:
            async with asyncio.timeout(seconds):
                await unless(self._dead, self._perform(invocation))
        except TimeoutError:
            self._die(InvocationFailed("Sandbox.Timeout", f"Task timed out after {seconds:.2f} seconds"))
        except Interrupted:
            pass
        if self._dead.is_set():
            invocation.fail(self._death)
            await self.close()

    async def shut_down(self, reason: str = "SPINDOWN") -> None:
        """Also in the middle of an invocation: what the runtime sends while it stops still arrives.

        https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html#runtimes-lifecycle-shutdown
        """
        if self.is_alive and self._runtime and self._extensions:
            self._is_stopping = True
            deadline = time.monotonic() + self._limits.shutdown_seconds
            await self._stop_runtime(self._runtime)
            await self._stop_extensions(reason, deadline - time.monotonic())
        await self.close()

    async def close(self) -> None:
        self._die(self._death)
        for process in filter(None, (self._runtime, *self._extensions.values())):
            await process.kill()
        await self._server.close()

    async def _initialise(self) -> None:
        api = self._server.authority
        variables = extension_variables(self._function, api, self._log_stream)
        for path in self._function.extensions:
            process = Process(f"extension/{path.name}", self._log, self._on_exit)
            self._extensions[path.name] = process
            await self._start(process, [str(path)], variables, Path("/"))
        if self._extensions:
            await self._registered.wait()
        self._mark(extensions_registered=time.monotonic())
        variables = runtime_variables(self._function, api, self._log_stream)
        self._runtime = Process("runtime", self._log, self._on_exit)
        await self._start(self._runtime, self._function.command, variables, self._function.task_root)
        self._mark(runtime_started=time.monotonic())
        await self._runtime_api.mailbox.idle()
        self._mark(runtime_ready=time.monotonic())
        await self._extensions_api.idle()
        self._mark(initialised=time.monotonic())

    async def _start(
        self, process: Process, command: Sequence[str], variables: Mapping[str, str], folder: Path
    ) -> None:
        try:
            await process.start(command, variables, folder)
        except OSError as error:
            raise InvocationFailed("Runtime.InvalidEntrypoint", f"{process.name}: {error}") from error

    async def _perform(self, invocation: Invocation) -> None:
        self._runtime_api.mailbox.put(invocation)
        self._extensions_api.invoke(invocation)
        await invocation.ended.wait()
        await self._runtime_api.mailbox.idle()
        await self._extensions_api.idle()

    async def _stop_runtime(self, runtime: Process) -> None:
        self._log.write("platform", "SIGTERM to the runtime")
        runtime.terminate()
        with suppress(TimeoutError):
            async with asyncio.timeout(self._limits.runtime_shutdown_seconds):
                await runtime.exited.wait()
                if self._invocation:
                    # The adapter may still pass on the end of the stream.
                    await self._invocation.ended.wait()
        if not runtime.exited.is_set():
            self._log.write("platform", "SIGKILL to the runtime")
        await runtime.kill()

    async def _stop_extensions(self, reason: str, seconds: float) -> None:
        subscribed = self._extensions_api.shut_down(reason, seconds)
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                for name in subscribed:
                    await self._extensions[name].exited.wait()
        for name, process in self._extensions.items():
            if not process.exited.is_set():
                self._log.write("platform", f"SIGKILL to extension/{name}")

    async def _handle(self, exchange: Exchange) -> None:
        is_runtime = exchange.path.startswith(RuntimeApi.PREFIX)
        await (self._runtime_api if is_runtime else self._extensions_api).handle(exchange)

    def _mark(self, **station: float) -> None:
        self.cold_start = replace(self.cold_start, **{name: at - self._started for name, at in station.items()})

    def _on_register(self) -> None:
        if not self._extensions_api.missing:
            self._registered.set()

    def _on_exit(self, process: Process) -> None:
        self._log.write("platform", f"{process.name} exited: {process.verdict}")
        if not self._is_stopping:
            kind = "Runtime.ExitError" if process is self._runtime else "Extension.Crash"
            self._die(InvocationFailed(kind, f"{process.name} exited: {process.verdict}"))

    def _die(self, death: InvocationFailed) -> None:
        if not self._dead.is_set():
            self._death = death
            self._dead.set()
