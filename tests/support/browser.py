"""A Chromium that is installed already; none is ever downloaded."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import ConsoleMessage, Error, Page

from rehearsal.waiting import PATIENCE_SECONDS

PATIENCE_MILLISECONDS = PATIENCE_SECONDS * 1000

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")

#: Beside Playwright's own: no graphics card, and no word to anyone but the server of the test.
ARGUMENTS = ("--disable-gpu", "--disable-quic", "--disable-sync", "--no-first-run")

#: What a browser itself prints about an answer that is not 200 or breaks off.
_FAILED_REQUEST = "Failed to load resource"


def find_browser(environment: Mapping[str, str] = os.environ) -> str | None:
    """CHROMIUM names one; otherwise the first of the usual names."""
    if named := environment.get("CHROMIUM"):
        return shutil.which(named)
    found = (shutil.which(name) for name in _NAMES)
    return next((path for path in found if path), str(_MAC) if _MAC.exists() else None)


def browser_or_skip() -> str:
    """REQUIRE_BROWSER turns the skip into a failure; .ci/run sets it."""
    if found := find_browser():
        return found
    missing = (
        "Expected a Chromium on PATH or named by CHROMIUM (Debian and Ubuntu: apt-get install chromium), found none."
    )
    if os.environ.get("REQUIRE_BROWSER"):
        pytest.fail(missing)
    pytest.skip(missing)


@dataclass
class Complaints:
    """What the page's console says that it should not."""

    failed_requests_allowed: bool = False
    lines: list[str] = field(default_factory=list)

    @contextlib.contextmanager
    def watching(self, page: Page) -> Iterator[None]:
        page.on("console", self._on_console)
        page.on("pageerror", self._on_error)
        yield
        page.remove_listener("console", self._on_console)
        page.remove_listener("pageerror", self._on_error)

    def _on_error(self, error: Error) -> None:
        self.lines.append(f"uncaught: {error}")

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type not in ("error", "warning"):
            return
        if not (self.failed_requests_allowed and message.text.startswith(_FAILED_REQUEST)):
            self.lines.append(message.text)
