"""Breaks one property of the application in a process whose PYTHONPATH leads here; BREAKAGE names which.

https://docs.python.org/3/library/site.html#module-sitecustomize
"""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
import time
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

SECRET = "arn:aws:bedrock:us-east-1:123456789012:secret"

Send = Callable[[Any], Awaitable[None]]


def replace(module: str, name: str, other: Any) -> None:
    """Raises AttributeError for a name that is no longer there, so that no breakage stops to break anything."""
    owner: Any = importlib.import_module(module)
    *parts, last = name.split(".")
    for part in parts:
        owner = getattr(owner, part)
    getattr(owner, last)
    setattr(owner, last, other)


class Wrapped:
    """The application, with its messages changed on their way out."""

    def __init__(self, app: Any, change: Callable[[Any, Send], Awaitable[None]]) -> None:
        self._app = app
        self._change = change

    def __getattr__(self, name: str) -> Any:
        return getattr(self._app, name)

    async def __call__(self, scope: Any, receive: Any, send: Send) -> None:
        async def changed(message: Any) -> None:
            await self._change({**message, "path": scope.get("path")}, send)

        await self._app(scope, receive, changed)


def wrap(change: Callable[[Any, Send], Awaitable[None]]) -> None:
    create_app = importlib.import_module("streaming.app").create_app
    replace("streaming.app", "create_app", lambda *given, **named: Wrapped(create_app(*given, **named), change))


def hold_everything_back() -> None:
    held: dict[str, bytes] = {}

    async def change(message: Any, send: Send) -> None:
        path = message["path"]
        if message["type"] == "http.response.body":
            held[path] = held.get(path, b"") + message["body"]
            if message.get("more_body"):
                return
            message["body"] = held.pop(path)
        await send(message)

    wrap(change)


def drop_heartbeats() -> None:
    async def change(message: Any, send: Send) -> None:
        if message.get("body") != b": ping\n\n":
            await send(message)

    wrap(change)


def turn_204_into_200() -> None:
    async def change(message: Any, send: Send) -> None:
        await send({**message, "status": 200} if message.get("status") == 204 else message)

    wrap(change)


def be_sick() -> None:
    async def change(message: Any, send: Send) -> None:
        await send({**message, "status": 500} if "status" in message and message["path"] == "/healthz" else message)

    wrap(change)


def strip_chunks() -> None:
    iterate = importlib.import_module("streaming.sources.local").LocalGeneration.__aiter__

    async def stripped(self: Any) -> AsyncIterator[str]:
        async for chunk in iterate(self):
            yield chunk.strip()

    replace("streaming.sources.local", "LocalGeneration.__aiter__", stripped)


def block_the_loop() -> None:
    iterate = importlib.import_module("streaming.sources.local").LocalGeneration.__aiter__

    async def blocking(self: Any) -> AsyncIterator[str]:
        time.sleep(2)  # noqa: ASYNC251  # the mistake that is rehearsed
        async for chunk in iterate(self):
            yield chunk
            break

    replace("streaming.sources.local", "LocalGeneration.__aiter__", blocking)


def leak_a_secret() -> None:
    ending = importlib.import_module("streaming.answers.endings").Ending
    replace("streaming.answers.answer", "INTERNAL", ending.error("internal", SECRET))


def accept_anything() -> None:
    async def read_prompt(request: Any, *, max_bytes: int) -> str:
        return "a"

    replace("streaming.service", "read_prompt", read_prompt)


def know_no_deadline() -> None:
    invocation = importlib.import_module("streaming.invocation").Invocation
    replace("streaming.host.invocation_headers", "read_invocation", lambda headers: invocation())


def be_deaf_to_signals() -> None:
    replace("streaming.host.signals", "on_signals", lambda listener: contextlib.nullcontext())


def keep_no_crash_records() -> None:
    replace("streaming.host.crash_records", "CrashRecords.keep", lambda *given: None)


def start_once() -> None:
    os.mkdir(os.path.join(os.path.dirname(__file__), "started-before"))


def repeat_the_stream_id() -> None:
    replace("os", "urandom", bytes)


def main() -> None:
    # What `-m` will add is not there yet.
    sys.path.insert(0, os.path.dirname(os.path.dirname(__file__)))
    try:
        globals()[os.environ["BREAKAGE"]]()
    except BaseException:
        # Python would go on without a word that the log shows.
        traceback.print_exc()
        os._exit(70)


main()
