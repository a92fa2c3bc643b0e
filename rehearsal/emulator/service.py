from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Self

from .environment import ColdStart, Environment
from .errors import InvocationFailed, PayloadTooLarge, TooManyRequests
from .function import Function
from .invocation import Identity, Invocation, Record
from .limits import Limits
from .log import Log


class LambdaService:
    """Invokes a function in environments that start on demand and serve one invocation at a time."""

    def __init__(self, function: Function, limits: Limits | None = None) -> None:
        self.function = function
        self.limits = limits or Limits()
        self.log = Log(self.limits.log_lines)
        self._slots = asyncio.Semaphore(self.limits.environments)
        self._environments: list[Environment] = []
        self._idle: list[Environment] = []
        self._invocations: list[Invocation] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._failures: list[Exception] = []

    async def __aenter__(self) -> Self:
        _ = self.function.command  # a function that cannot start is refused here, not by the first request
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        outcomes: list[object] = [*await asyncio.gather(self.shut_down(), return_exceptions=True)]
        for task in self._tasks:
            task.cancel()
        outcomes += await asyncio.gather(*self._tasks, return_exceptions=True)
        closing = (environment.close() for environment in self._environments)
        outcomes += await asyncio.gather(*closing, return_exceptions=True)
        failures = self._failures + [outcome for outcome in outcomes if isinstance(outcome, Exception)]
        if failures and error is None:
            raise ExceptionGroup("The emulator failed while it ran invocations", failures)

    @property
    def invocations(self) -> tuple[Record, ...]:
        return tuple(invocation.record for invocation in self._invocations)

    @property
    def cold_starts(self) -> tuple[ColdStart, ...]:
        return tuple(environment.cold_start for environment in self._environments)

    def invoke(self, event: bytes, *, accepts_stream: bool = True, identity: Identity | None = None) -> Invocation:
        """Starts an invocation; its response is read from what is returned."""
        if len(event) > self.limits.payload_bytes:
            raise PayloadTooLarge(
                f"Expected an event of at most {self.limits.payload_bytes!r} bytes, got {len(event)!r}; "
                "send a smaller request"
            )
        # An environment that answered and is about to become idle is worth waiting for: a client that
        # sends its requests one after the other must not depend on who is faster.
        if sum(not invocation.ended.is_set() for invocation in self._invocations) >= self.limits.environments:
            raise TooManyRequests("Every environment is busy; wait, or raise Limits.environments")
        invocation = Invocation(event, accepts_stream, identity or Identity())
        self._invocations.append(invocation)
        task = asyncio.get_running_loop().create_task(self._run(invocation))
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return invocation

    async def warm(self) -> ColdStart:
        """Has an environment ready before the first invocation, as provisioned concurrency does."""
        async with self._slots:
            environment = await self._environment()
            self._idle.append(environment)
            return environment.cold_start

    async def shut_down(self, reason: str = "SPINDOWN") -> None:
        """Ends the environments, also in the middle of an invocation; the next one gets a fresh one."""
        self._idle.clear()
        async with asyncio.TaskGroup() as tasks:
            for environment in self._environments:
                if environment.is_alive:
                    tasks.create_task(environment.shut_down(reason))

    async def _run(self, invocation: Invocation) -> None:
        try:
            async with self._slots:
                environment = await self._environment()
                await environment.run(invocation)
                if environment.is_alive:
                    self._idle.append(environment)
        except InvocationFailed as failure:
            invocation.fail(failure)
        finally:
            invocation.fail(InvocationFailed("Sandbox.Failure", "The invocation was abandoned"))
            if invocation.failure:
                self.log.write("platform", f"{invocation.request_id} failed: {invocation.failure}")

    async def _environment(self) -> Environment:
        while self._idle:
            environment = self._idle.pop()
            if environment.is_alive:
                return environment
            await environment.close()
        try:
            return await self._fresh(self.limits.init_seconds)
        except InvocationFailed as failure:
            # A failed init phase is repeated once, within the timeout of the function:
            # https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html#runtimes-lifecycle-ib
            self.log.write("platform", f"init failed, repeating it: {failure}")
            return await self._fresh(self.function.timeout_seconds)

    async def _fresh(self, init_seconds: float) -> Environment:
        environment = Environment(self.function, self.limits, self.log)
        self._environments.append(environment)
        await environment.start(init_seconds)
        return environment

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and isinstance(error := task.exception(), Exception):
            self._failures.append(error)
