from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from .log import Log

_OUTPUTS = (1, 2)
_LAST_WORDS_SECONDS = 0.5


class Process(asyncio.SubprocessProtocol):
    """A child process in its own group, whose output lines go to the log."""

    def __init__(self, name: str, log: Log, on_exit: Callable[[Process], None]) -> None:
        self.name = name
        self.exited = asyncio.Event()
        self._closed = asyncio.Event()
        self._log = log
        self._on_exit = on_exit
        self._rest = dict.fromkeys(_OUTPUTS, b"")
        self._transport: asyncio.SubprocessTransport | None = None

    async def start(self, command: Sequence[str], variables: Mapping[str, str], folder: Path) -> None:
        await asyncio.get_running_loop().subprocess_exec(
            lambda: self,
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            env=dict(variables),
            cwd=folder,
            start_new_session=True,
        )

    @property
    def is_gone(self) -> bool:
        """Asks the system, which knows it before the event loop is told."""
        if self._transport is None or self.exited.is_set():
            return self.exited.is_set()
        try:
            looked = os.waitid(os.P_PID, self._transport.get_pid(), os.WEXITED | os.WNOHANG | os.WNOWAIT)
        except ChildProcessError:  # the event loop is about to tell
            return True
        return looked is not None

    @property
    def verdict(self) -> str:
        status = (self._transport and self._transport.get_returncode()) or 0
        return f"exit status {status}" if status >= 0 else f"signal: {signal.strsignal(-status)}"

    def terminate(self) -> None:
        """Only the process itself, as Lambda does: a shell that did not `exec` keeps it from its child."""
        if self._transport:
            with suppress(ProcessLookupError):
                self._transport.send_signal(signal.SIGTERM)

    async def kill(self) -> None:
        """The whole group, also when its leader has gone, so that nothing is orphaned."""
        if self._transport is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self._transport.get_pid(), signal.SIGKILL)
        # A grandchild that left the group may hold the pipes open.
        with suppress(TimeoutError):
            async with asyncio.timeout(_LAST_WORDS_SECONDS):
                await self._closed.wait()
        self._transport.close()
        await self._closed.wait()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.SubprocessTransport)
        self._transport = transport

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        *lines, self._rest[fd] = (self._rest[fd] + data).split(b"\n")
        for line in lines:
            self._log.write(self.name, line.decode(errors="replace"))

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:
        if rest := self._rest.pop(fd, b""):
            self._log.write(self.name, rest.decode(errors="replace"))

    def process_exited(self) -> None:
        self.exited.set()
        self._on_exit(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._closed.set()
