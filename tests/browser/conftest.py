from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.support.browser import ARGUMENTS, PATIENCE_MILLISECONDS, Complaints, browser_or_skip
from tests.support.stream_page import Host, StreamPage, hosting


@pytest.fixture(scope="session")
def executable() -> str:
    return browser_or_skip()


@pytest.fixture(scope="module")
def browser(executable: str) -> Iterator[Browser]:
    # For one module: while Playwright's synchronous API is open, no test of another module could run an event loop.
    expect.set_options(timeout=PATIENCE_MILLISECONDS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS, timeout=PATIENCE_MILLISECONDS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    with hosting() as host:
        yield host


@pytest.fixture(scope="module")
def shared_page(browser: Browser) -> Page:
    page = browser.new_page()
    page.set_default_timeout(PATIENCE_MILLISECONDS)
    return page


@pytest.fixture
def stream_page(shared_page: Page, host: Host, complaints: Complaints) -> Iterator[StreamPage]:
    """In a window that many tests use one after another: it forgets everything when it is loaded anew."""
    with complaints.watching(shared_page):
        yield StreamPage(shared_page, host)
        shared_page.goto("about:blank")


@pytest.fixture
def own_stream_page(browser: Browser, host: Host, complaints: Complaints) -> Iterator[StreamPage]:
    """For a test that changes the browser itself."""
    with browser.new_context() as context:
        context.set_default_timeout(PATIENCE_MILLISECONDS)
        page = context.new_page()
        with complaints.watching(page):
            yield StreamPage(page, host)


@pytest.fixture
def complaints() -> Iterator[Complaints]:
    complaints = Complaints()
    yield complaints
    assert complaints.lines == []
