"""The application with routes whose answers have no body, which hung front ends of the past."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from streaming.app import app  # type: ignore[import-not-found]  # as it is named in the bundle


async def empty(request: Request) -> Response:
    return Response()


async def redirect(request: Request) -> Response:
    return RedirectResponse("/healthz", status_code=302)


app.router.routes += [Route("/empty", empty), Route("/redirect", redirect)]
