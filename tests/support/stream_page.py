"""The page as its reader knows it, and the server that shows it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from playwright.sync_api import Locator, Page, expect
from starlette.types import ASGIApp, Receive, Scope, Send

from .servers import serving


class Host:
    """One server for many tests: each puts its own application behind it."""

    url: str
    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self.app(scope, receive, send)


@contextlib.contextmanager
def hosting() -> Iterator[Host]:
    host = Host()
    with serving(host) as host.url:
        yield host


class StreamPage:
    def __init__(self, page: Page, host: Host) -> None:
        self.page = page
        self._host = host
        self.prompt = page.get_by_label("Prompt")
        self.token = page.get_by_label("Token")
        self.send_button = page.get_by_role("button", name="Send")
        self.stop_button = page.get_by_role("button", name="Stop")
        self.copy_button = page.get_by_role("button", name="Copy")
        self.state = page.locator("#state")
        self.answer = page.get_by_role("region", name="Text of the answer")
        self.problem = page.get_by_role("alert")

    def open(self, app: ASGIApp) -> StreamPage:
        self._host.app = app
        return self.visit(self._host.url)

    def visit(self, url: str) -> StreamPage:
        self.page.goto(url)
        self.expect_state("Ready")
        return self

    def send(self, text: str = "Tell me a story.") -> None:
        self.prompt.fill(text)
        self.send_button.click()

    def number(self, term: str) -> Locator:
        return self.page.locator("dl div").filter(has=self.page.get_by_text(term, exact=True)).locator("dd")

    @property
    def text(self) -> str:
        return self.answer.text_content() or ""

    def expect_state(self, state: str) -> None:
        expect(self.state).to_have_text(state)
