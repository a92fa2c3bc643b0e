"""The page in a real browser, over the emulated function URL of what was deployed."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from playwright.async_api import Page, async_playwright, expect
from starlette.types import ASGIApp
from uvicorn.config import Config
from uvicorn.server import Server

from rehearsal.deployment import Deployment
from rehearsal.receiving import serving
from rehearsal.waiting import until
from tests.support.browser import ARGUMENTS, PATIENCE_MILLISECONDS
from tests.support.proxy import Proxy
from tools.dev import Site


async def stream_in_browser(deployment: Deployment, executable: str) -> None:
    """The source makes its second half only when the page has shown the first."""
    gate = deployment.gate()
    async with (
        serving(deployment.scripted()) as (_, origin),
        _site(origin) as url,
        async_playwright() as playwright,
        await playwright.chromium.launch(
            executable_path=executable, args=ARGUMENTS, timeout=PATIENCE_MILLISECONDS
        ) as browser,
    ):
        page = await browser.new_page()
        page.set_default_timeout(PATIENCE_MILLISECONDS)
        await page.goto(url)
        await page.get_by_label("Prompt").fill(json.dumps(["one half, ", gate.step, "and the other"]))
        await page.get_by_role("button", name="Send").click()
        await _expect(page, "Streaming", "one half, ")
        gate.open()
        await _expect(page, "Complete", "one half, and the other")


async def _expect(page: Page, state: str, text: str) -> None:
    answer = page.get_by_role("region", name="Text of the answer")
    await expect(answer).to_have_text(text, timeout=PATIENCE_MILLISECONDS)
    await expect(page.locator("#state")).to_have_text(state, timeout=PATIENCE_MILLISECONDS)


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
