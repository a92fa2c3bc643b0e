"""An application that wraps the deployed one and has one fault. It ships in a copy of the bundle; FAULT names which.

Faults reach the application through ASGI, the process, and the scripted source alone, so that they name nothing in it.
"""

from __future__ import annotations

import asyncio
import importlib
import os
import re
import signal
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

Message = dict[str, Any]
Scope = dict[str, Any]
Send = Callable[[Message], Awaitable[None]]


class Fault:
    """No fault; each subclass overrides one step of a request."""

    async def on_request(self, scope: Scope) -> Scope:
        return scope

    async def on_message(self, scope: Scope, message: Message, send: Send) -> None:
        await send(message)


class HoldsEverythingBack(Fault):
    """Sends the parts of a body together, as their last."""

    def __init__(self) -> None:
        self._held: dict[int, bytes] = {}

    async def on_message(self, scope: Scope, message: Message, send: Send) -> None:
        if message["type"] == "http.response.body":
            body = self._held.pop(id(scope), b"") + message["body"]
            if message.get("more_body"):
                self._held[id(scope)] = body
                return
            message = {**message, "body": body}
        await send(message)


class LosesUmlauts(Fault):
    async def on_message(self, scope: Scope, message: Message, send: Send) -> None:
        await send({**message, "body": message["body"].replace("ö".encode(), b"o")} if "body" in message else message)


class DropsHeartbeats(Fault):
    async def on_message(self, scope: Scope, message: Message, send: Send) -> None:
        if not message.get("body", b"").startswith(b":"):
            await send(message)


class RepeatsTheStreamId(Fault):
    async def on_message(self, scope: Scope, message: Message, send: Send) -> None:
        if "body" in message:
            message = {**message, "body": re.sub(rb'"id": "[^"]*"', b'"id": "the same"', message["body"])}
        await send(message)


class AnswersOnly200(Fault):
    async def on_message(self, scope: Scope, message: Message, send: Send) -> None:
        await send({**message, "status": 200} if "status" in message else message)


class IsNeverHealthy(Fault):
    async def on_message(self, scope: Scope, message: Message, send: Send) -> None:
        await send({**message, "status": 500} if "status" in message and scope["path"] == "/healthz" else message)


class KnowsNoDeadline(Fault):
    async def on_request(self, scope: Scope) -> Scope:
        headers = [header for header in scope["headers"] if header[0] != b"x-amzn-lambda-context"]
        return {**scope, "headers": headers}


class IgnoresSigterm(Fault):
    async def on_request(self, scope: Scope) -> Scope:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        return scope


class ServesOneStream(Fault):
    def __init__(self) -> None:
        self._served = False

    async def on_request(self, scope: Scope) -> Scope:
        if scope["path"] == "/stream":
            if self._served:
                os._exit(0)
            self._served = True
        return scope


class StartsOnce(Fault):
    def __init__(self) -> None:
        Path(__file__).with_name("started-before").mkdir()


class BlocksTheEventLoop(Fault):
    """The scripted source waits without giving way to anything else."""

    def __init__(self) -> None:
        async def sleep(generation: object, seconds: float) -> None:
            time.sleep(seconds)  # noqa: ASYNC251  # the mistake that is rehearsed

        _scripted().ScriptedGeneration.sleep = sleep


class LeaksASecret(Fault):
    """The scripted source fails with the words of its provider."""

    def __init__(self) -> None:
        failed = importlib.import_module("streaming.sources").SourceFailed

        async def act(generation: object, step: object) -> None:
            raise failed("internal", _scripted().SECRET)

        _scripted().ScriptedGeneration.act = act


class TakesItsTimeToFail(Fault):
    async def on_message(self, scope: Scope, message: Message, send: Send) -> None:
        if b'"code"' in message.get("body", b""):
            await asyncio.sleep(3)
        await send(message)


class LogsLate(Fault):
    """Lines leave the process a moment after they were written."""

    def __init__(self) -> None:
        out = sys.stdout

        class LateOutput:
            def write(self, text: str) -> int:
                threading.Timer(0.05, self._write_now, [text]).start()
                return len(text)

            def flush(self) -> None:
                """Each line is flushed when it is written."""

            def _write_now(self, text: str) -> None:
                out.write(text)
                out.flush()

        sys.stdout = LateOutput()


def _scripted() -> Any:
    return importlib.import_module("streaming.sources.scripted")


class Faulty:
    def __init__(self, application: Any, fault: Fault) -> None:
        self._application = application
        self._fault = fault

    async def __call__(self, scope: Scope, receive: Any, send: Send) -> None:
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        scope = await self._fault.on_request(scope)

        async def send_through_fault(message: Message) -> None:
            await self._fault.on_message(scope, message, send)

        await self._application(scope, receive, send_through_fault)


def _wrap() -> Faulty:
    module, _, name = os.environ["WRAPPED_BY_FAULTY"].rpartition(".")
    fault: Fault = globals()[os.environ["FAULT"]]()
    return Faulty(getattr(importlib.import_module(module), name), fault)


if "FAULT" in os.environ:
    app = _wrap()
