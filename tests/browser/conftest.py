from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.support.browser import ARGUMENTS, Complaints, find_browser
from tests.support.stream_page import Host, StreamPage, hosting

_PATIENCE_MILLISECONDS = 10_000
_EXPECTED = "a Chromium on PATH or named by CHROMIUM (Debian and Ubuntu: apt-get install chromium)"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if find_browser() or os.environ.get("REQUIRE_BROWSER"):
        return
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.skip(reason=f"Expected {_EXPECTED}, found none."))


@pytest.fixture(scope="session")
def executable() -> str:
    found = find_browser()
    if not found:
        pytest.fail(f"REQUIRE_BROWSER is set: expected {_EXPECTED}, found none.")
    return found


@pytest.fixture(scope="module")
def browser(executable: str) -> Iterator[Browser]:
    # For one module: while Playwright's synchronous API is open, no test of another module could run an event loop.
    expect.set_options(timeout=_PATIENCE_MILLISECONDS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    with hosting() as host:
        yield host


@pytest.fixture(scope="module")
def shared_page(browser: Browser) -> Page:
    return browser.new_page()


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
        page = context.new_page()
        with complaints.watching(page):
            yield StreamPage(page, host)


@pytest.fixture
def complaints() -> Iterator[Complaints]:
    complaints = Complaints()
    yield complaints
    assert complaints.lines == []
