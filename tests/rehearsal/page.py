"""The page in a real browser, over the emulated function URL of what was deployed."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
from playwright.async_api import Page, async_playwright, expect
from starlette.types import ASGIApp
from uvicorn.config import Config
from uvicorn.server import Server

from rehearsal.scene import Scene, serving
from rehearsal.waiting import until
from tests.support.browser import ARGUMENTS
from tests.support.proxy import Proxy
from tools.dev import Site

_PATIENCE_MILLISECONDS = 15_000


@dataclass(frozen=True)
class Seen:
    #: When the browser had the first text, and when the page called the stream complete.
    first_text_before_end: bool
    text: str


async def stream_in_browser(scene: Scene, executable: str, prompt: str) -> Seen:
    async with (
        serving(scene.streaming) as (_, origin),
        _site(origin) as url,
        async_playwright() as playwright,
        await playwright.chromium.launch(executable_path=executable, args=ARGUMENTS) as browser,
    ):
        page = await browser.new_page()
        await page.goto(url)
        return await _send(page, prompt)


async def _send(page: Page, prompt: str) -> Seen:
    answer = page.get_by_role("region", name="Text of the answer")
    await page.get_by_label("Prompt").fill(prompt)
    await page.get_by_role("button", name="Send").click()
    await expect(answer).not_to_be_empty(timeout=_PATIENCE_MILLISECONDS)
    state = page.locator("#state")
    while_streaming = await state.text_content() == "Streaming"
    await expect(state).to_have_text("Complete", timeout=_PATIENCE_MILLISECONDS)
    return Seen(while_streaming, await answer.text_content() or "")


@asynccontextmanager
async def _site(origin: httpx.AsyncClient) -> AsyncIterator[str]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        application: ASGIApp = Site(Proxy(origin))
        server = Server(Config(application, log_config=None, access_log=False, lifespan="off", ws="none"))
        running = asyncio.create_task(server.serve(sockets=[listener]))
        await until(lambda: server.started, "the site to start")
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        server.should_exit = True
        await running
