"""What stops `python -m streaming.host` before it opens its port."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
import uvicorn  # noqa: F401  # the whole of it, before server.py puts half of it in place

from functions.stream.streaming.host.__main__ import main


@pytest.fixture(autouse=True)
def untouched_logging() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers.clear()
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.mark.parametrize("handler", ["", "app", ".app"])
def test_main_names_the_handler_when_it_is_no_module_and_attribute(handler: str) -> None:
    with pytest.raises(SystemExit, match=f"Expected a handler such as streaming.app.app, got '{handler}'"):
        main([handler, "8080"])


@pytest.mark.parametrize("port", ["", "eighty", "-1", "80.5", "0x50"])
def test_main_names_the_port_when_it_is_no_number(port: str) -> None:
    with pytest.raises(SystemExit, match=f"Expected AWS_LWA_PORT to be a port such as 8080, got '{port}'"):
        main(["streaming.app.app", port])


@pytest.mark.parametrize("port", ["65536", "²"])
def test_main_names_the_port_when_no_such_port_exists(port: str) -> None:
    with pytest.raises(SystemExit, match="Expected AWS_LWA_PORT to be a port such as 8080, got"):
        main(["streaming.app.app", port])
