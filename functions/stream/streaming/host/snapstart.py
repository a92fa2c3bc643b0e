"""Releases resources before a snapshot, and recreates them after a restore.

Every environment that starts from a snapshot starts with the same memory, perhaps days later. Stream ids need no hook:
they come from os.urandom, and so does uuid.uuid4; what a source seeds by itself, it seeds in `create_source`.
https://aws.github.io/aws-lambda-web-adapter/features/snapstart.html
https://docs.aws.amazon.com/lambda/latest/dg/snapstart-uniqueness.html
"""

from __future__ import annotations

import gc
import logging
import sys
from collections.abc import Callable, Mapping
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ..problems import Problem
from ..sources import Generation, Source
from .hooks import AFTER_RESTORE_PATH, BEFORE_CHECKPOINT_PATH

logger = logging.getLogger(__name__)


class RenewableSource:
    """A source that can be dropped with all that it holds, and created again."""

    def __init__(self, make: Callable[[], Source]) -> None:
        self._make = make
        self._source: Source | None = make()

    async def open(self, prompt: str) -> Generation:
        return await self._made().open(prompt)

    def forget(self) -> None:
        self._source = None

    def renew(self) -> None:
        self.forget()
        self._made()

    def _made(self) -> Source:
        if self._source is None:
            self._source = self._make()
        return self._source


class SnapStart:
    """The hooks, at the paths that the environment names; without a path there is no route."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        hooks = {BEFORE_CHECKPOINT_PATH: self._before_checkpoint, AFTER_RESTORE_PATH: self._after_restore}
        self.routes = [
            Route(environment[name], hook, methods=["POST"]) for name, hook in hooks.items() if name in environment
        ]
        self._before: list[Callable[[], None]] = []
        self._after: list[Callable[[], None]] = [_reseed]

    @property
    def paths(self) -> frozenset[str]:
        return frozenset(route.path for route in self.routes)

    def source(self, make: Callable[[], Source]) -> Source:
        """Returns a source whose connections, credentials and state do not outlive a snapshot."""
        source = RenewableSource(make)
        self._before.append(source.forget)
        self.on_restore(source.renew)
        return source

    def on_restore(self, renew: Callable[[], None]) -> None:
        """Registers a hook that runs after every restore, before the first request."""
        self._after.append(renew)

    async def _before_checkpoint(self, request: Request) -> Response:
        _refuse_invocations(request)
        for release in self._before:
            release()
        # A client in a cycle of references keeps its connections until it is collected; server.py froze the first one.
        gc.unfreeze()
        gc.collect()
        return Response(status_code=HTTPStatus.NO_CONTENT)

    async def _after_restore(self, request: Request) -> Response:
        _refuse_invocations(request)
        for renew in self._after:
            renew()
        logger.info("The environment is restored from a snapshot.")
        return Response(status_code=HTTPStatus.NO_CONTENT)


def _refuse_invocations(request: Request) -> None:
    """Refuses callers. The adapter marks their requests but not its own, and let them through before 1.1.0."""
    if "x-amzn-lambda-context" in request.headers:
        raise Problem(HTTPStatus.FORBIDDEN, "Nobody but the host may call here.")


def _reseed() -> None:
    """Seeds `random` if a source has imported it; importing it here would take time in every start."""
    if "random" in sys.modules:
        sys.modules["random"].seed()
