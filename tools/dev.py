"""`make dev`: serves the function and the page below one URL, as the edge does. Never deployed."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from functions.stream.streaming.app import app as function
from infra.edge.page import SECURITY_HEADERS, page_files

_HEADERS = SECURITY_HEADERS | {"cache-control": "no-store"}


class Site:
    """Serves the page's files itself and leaves every other request, and the lifespan, to the function."""

    def __init__(self, function: ASGIApp) -> None:
        self._function = function
        self._page = Starlette()
        self._files = {f"/{name}": file for name, file in page_files().items()}
        self._files["/"] = self._files["/index.html"]
        for path in self._files:
            self._page.add_route(path, self._serve)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_page = scope["type"] == "http" and scope["path"] in self._files
        await (self._page if is_page else self._function)(scope, receive, send)

    async def _serve(self, request: Request) -> Response:
        return FileResponse(self._files[request.url.path], headers=_HEADERS)


app = Site(function)
