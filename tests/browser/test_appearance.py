"""What the page looks like, and whether everyone can use it. The screenshots stay in build/screenshots."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import ViewportSize, expect

from functions.stream.streaming.app import create_app
from functions.stream.streaming.settings import Settings
from functions.stream.streaming.sources import SourceFailed
from tests.support.sources import ScriptedSource, forever
from tests.support.stream_page import StreamPage
from tools.dev import Site

ROOT = Path(__file__).parents[2]
SCREENSHOTS = ROOT / "build" / "screenshots"
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"

TEXT = """\
Once upon a time a function answered all at once, and everyone waited for the last word before they could read one.

Then it learned to speak while it thinks. The first word leaves after a few milliseconds, the next ones follow as they \
are made, and the reader is halfway down the page before the end has been written.

Nothing here is rendered twice: each line, once finished, stays as it is.
"""
FAILURE = SourceFailed("model_timeout", "The model fell silent for too long; send the request again.")

VIEWPORTS = (ViewportSize(width=390, height=844), ViewportSize(width=1280, height=800))
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def ready(page: StreamPage) -> None:
    page.expect_state("Ready")


def streaming(page: StreamPage) -> None:
    page.send("Tell me how a function learned to stream.")
    expect(page.answer).to_contain_text("stays as it is.")


def failed(page: StreamPage) -> None:
    """With everything on the page that only some readers ever see."""
    page.send("Tell me how a function learned to stream.")
    page.expect_state("Failed")
    page.page.evaluate("document.getElementById('token-field').hidden = false")


@pytest.mark.parametrize(
    ("reach", "source"),
    [
        (ready, ScriptedSource()),
        (streaming, ScriptedSource(TEXT, forever)),
        (failed, ScriptedSource(TEXT, FAILURE)),
    ],
    ids=["ready", "streaming", "failed"],
)
def test_page_is_accessible_and_fits(
    own_stream_page: StreamPage, reach: Callable[[StreamPage], None], source: ScriptedSource
) -> None:
    page = own_stream_page.page
    reach(own_stream_page.open(Site(create_app(Settings(), source))))
    page.evaluate(AXE.read_text())
    for viewport, scheme in itertools.product(VIEWPORTS, SCHEMES):
        page.set_viewport_size(viewport)
        page.emulate_media(color_scheme=scheme)
        screenshot = SCREENSHOTS / f"{reach.__name__}-{viewport['width']}-{scheme}.png"
        page.screenshot(path=screenshot, animations="disabled", full_page=True)
        assert page.evaluate("axe.run().then(({ violations }) => violations)") == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
