from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def no_socket(socket_disabled: None) -> None:
    """A unit test opens no socket; an event loop's own pair is of the Unix family."""
