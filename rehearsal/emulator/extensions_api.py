from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

from .errors import InvocationFailed
from .function import Function
from .http11 import Exchange
from .invocation import Invocation
from .mailbox import Mailbox
from .runtime_api import accept, refuse

MAXIMUM = 10
_EVENTS = frozenset({"INVOKE", "SHUTDOWN"})


@dataclass(eq=False)
class Extension:
    name: str
    events: frozenset[str]
    is_external: bool
    identifier: str = field(default_factory=lambda: str(uuid.uuid4()))
    mailbox: Mailbox[dict[str, object]] = field(default_factory=Mailbox)

    def notify(self, event: dict[str, object]) -> None:
        if event["eventType"] in self.events:
            self.mailbox.put(event)


class ExtensionsApi:
    """https://docs.aws.amazon.com/lambda/latest/dg/runtimes-extensions-api.html, of one environment

    The Telemetry and Logs APIs accept a subscription and never send anything.
    """

    PREFIX = "/2020-01-01/extension/"
    STUBS = ("/2022-07-01/telemetry", "/2020-08-15/logs")

    def __init__(
        self,
        function: Function,
        is_open: Callable[[], bool],
        on_register: Callable[[], None],
        on_failure: Callable[[InvocationFailed], None],
    ) -> None:
        self._function = function
        self._external = {path.name for path in function.extensions}
        self._is_open = is_open
        self._on_register = on_register
        self._on_failure = on_failure
        self._extensions: dict[str, Extension] = {}

    async def handle(self, exchange: Exchange) -> None:
        if exchange.path in self.STUBS:
            await exchange.discard_body()
            await exchange.answer(202, b"OK")
            return
        match exchange.method, exchange.path.removeprefix(self.PREFIX).split("/"):
            case "POST", ["register"]:
                await self._register(exchange)
            case "GET", ["event", "next"]:
                if extension := await self._identified(exchange):
                    event = await exchange.while_connected(extension.mailbox.take())
                    body = json.dumps(event).encode()
                    await exchange.answer(200, body, [("content-type", "application/json")])
            case "POST", ["init" | "exit" as phase, "error"]:
                if extension := await self._identified(exchange):
                    await self._error(exchange, extension, phase)
            case _:
                await refuse(exchange, 404, "NotFound", f"No such operation: {exchange.target!r}")

    @property
    def missing(self) -> set[str]:
        return self._external - {extension.name for extension in self._extensions.values()}

    async def idle(self) -> None:
        for extension in self._extensions.values():
            await extension.mailbox.idle()

    def invoke(self, invocation: Invocation) -> None:
        event = {
            "eventType": "INVOKE",
            "deadlineMs": int((time.time() + self._function.timeout_seconds) * 1000),
            "requestId": invocation.request_id,
            "invokedFunctionArn": self._function.arn,
            "tracing": {"type": "X-Amzn-Trace-Id", "value": invocation.identity.trace_root},
        }
        for extension in self._extensions.values():
            extension.notify(event)

    def shut_down(self, reason: str, seconds: float) -> set[str]:
        """Tells the subscribed extensions and returns their names."""
        deadline = int((time.time() + seconds) * 1000)
        for extension in self._extensions.values():
            extension.notify({"eventType": "SHUTDOWN", "shutdownReason": reason, "deadlineMs": deadline})
        return {e.name for e in self._extensions.values() if e.is_external and "SHUTDOWN" in e.events}

    async def _register(self, exchange: Exchange) -> None:
        name = exchange.header("lambda-extension-name") or ""
        events = _subscriptions(await exchange.body())
        if refusal := self._refusal(name, events):
            await refuse(exchange, 403, *refusal)
            return
        extension = Extension(name, frozenset(events or ()), name in self._external)
        self._extensions[extension.identifier] = extension
        self._on_register()
        answer = {
            "functionName": self._function.name,
            "functionVersion": self._function.version,
            "handler": self._function.handler,
        }
        headers = [
            ("content-type", "application/json"),
            ("lambda-extension-identifier", extension.identifier),
        ]
        await exchange.answer(200, json.dumps(answer).encode(), headers)

    def _refusal(self, name: str, events: list[str] | None) -> tuple[str, str] | None:
        names = [extension.name for extension in self._extensions.values()]
        allowed = _EVENTS if name in self._external else _EVENTS - {"SHUTDOWN"}
        if not name or name in names:
            return "Extension.InvalidExtensionName", f"Expected a new file name, got {name!r}"
        if not self._is_open():
            return "Extension.RegistrationClosed", "The runtime already asked for its first invocation"
        if len(names) >= MAXIMUM:
            return "Extension.TooManyExtensions", f"Expected at most {MAXIMUM} extensions"
        if events is None:
            return "InvalidRequestFormat", 'Expected {"events": [...]}'
        if unknown := sorted(set(events) - allowed):
            return "Extension.InvalidEventType", f"Expected events of {sorted(allowed)!r}, got {unknown!r}"
        return None

    async def _identified(self, exchange: Exchange) -> Extension | None:
        identifier = exchange.header("lambda-extension-identifier")
        if identifier is None:
            await refuse(exchange, 403, "Extension.MissingExtensionIdentifier", "The header is missing")
            return None
        try:
            uuid.UUID(identifier)
        except ValueError:
            await refuse(exchange, 403, "Extension.InvalidExtensionIdentifier", f"Got {identifier!r}")
            return None
        if identifier not in self._extensions:
            await refuse(exchange, 403, "Extension.UnknownExtensionIdentifier", f"Got {identifier!r}")
        return self._extensions.get(identifier)

    async def _error(self, exchange: Exchange, extension: Extension, phase: str) -> None:
        kind = exchange.header("lambda-extension-function-error-type")
        if kind is None:
            await refuse(exchange, 403, "Extension.MissingHeader", "Lambda-Extension-Function-Error-Type")
            return
        await exchange.discard_body()
        await accept(exchange)
        reason = "Extension.InitError" if phase == "init" else "Extension.ExitError"
        self._on_failure(InvocationFailed(reason, f"{extension.name} reported {kind}"))


def _subscriptions(body: bytes) -> list[str] | None:
    try:
        events = json.loads(body)["events"]
    except (ValueError, KeyError, TypeError):
        return None
    return events if isinstance(events, list) and all(isinstance(event, str) for event in events) else None
