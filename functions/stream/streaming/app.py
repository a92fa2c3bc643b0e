"""The ASGI application, put together: the service over a source, and the host that runs both.

Importing this module changes nothing: `app` is built on first access.
(docs/architecture.md, deviation 11)
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import AsyncIterator, Mapping
from functools import cache, partial

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware

from .answers.shutdown import Shutdown
from .host.crash_records import CrashRecords
from .host.invocation_headers import InvocationHeaders
from .host.signals import on_signals
from .host.snapstart import SnapStart
from .logs import configure_logging
from .problems import answer_http_error, answer_unexpected_error
from .records.stream_record import StreamRecords
from .service import Service
from .settings import Settings
from .sources import Source, load_source


def create_app(settings: Settings, source: Source, snap_start: SnapStart | None = None) -> Starlette:
    shutdown = Shutdown()
    dimensions = (settings.service, settings.stage, settings.source)
    records = StreamRecords(dimensions, CrashRecords(settings.crash_records), logs_text=settings.log_text)
    service = Service(settings, source, records=records, shutdown=shutdown)
    snap_start = snap_start or SnapStart({})
    snap_start.on_restore(service.restored)

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        with on_signals(shutdown.request):
            yield

    app = Starlette(
        routes=[*service.routes, *snap_start.routes],
        exception_handlers={HTTPException: answer_http_error, Exception: answer_unexpected_error},
        middleware=_middleware(settings, snap_start),
        lifespan=lifespan,
    )
    # A redirect without a body hangs behind some endpoints, and the contract knows no second spelling.
    app.router.redirect_slashes = False
    return app


def app_from(environment: Mapping[str, str]) -> Starlette:
    """Raises ValueError, naming the variable, for an environment that cannot work."""
    configure_logging()
    settings = Settings.from_environment(environment)
    snap_start = SnapStart(environment)
    source = snap_start.source(partial(load_source, settings.source, environment))
    return create_app(settings, source, snap_start)


def _middleware(settings: Settings, snap_start: SnapStart) -> list[Middleware]:
    invocation_headers = Middleware(InvocationHeaders, hash_callers=settings.hash_callers)
    if settings.jwt is None:
        return [invocation_headers]
    # The imports are here because PyJWT and cryptography ship, and take their time, only where tokens are checked.
    from .auth.token_check import OPEN_PATHS, TokenCheck
    from .auth.tokens import TokenVerifier

    verifier = TokenVerifier(settings.jwt)
    snap_start.on_restore(verifier.forget_keys)
    token_check = Middleware(
        TokenCheck,
        verify=verifier,
        open_paths=OPEN_PATHS | snap_start.paths,
        hash_callers=settings.hash_callers,
    )
    return [invocation_headers, token_check]


_app = cache(partial(app_from, os.environ))


def __getattr__(name: str) -> Starlette:
    """Builds `streaming.app:app` for any ASGI server. https://peps.python.org/pep-0562/"""
    if name == "app":
        return _app()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
