"""The sources of text. A source is one module of this package that defines `create_source(environment) -> Source`.

STREAM_SOURCE names the module, so another source is one new file.
"""

from __future__ import annotations

import importlib
from collections.abc import AsyncIterator, Mapping
from typing import Protocol, cast


class Generation(Protocol):
    """The text of one answer, made by its source."""

    @property
    def usage(self) -> Mapping[str, object]:
        """The fields that the source adds to the last event, final once the iteration has ended."""

    def __aiter__(self) -> AsyncIterator[str]:
        """Iterates the chunks of the text. Raises SourceFailed when the text breaks off."""

    async def aclose(self) -> None:
        """Frees whatever the generation holds. Is called once, even if it was never iterated."""


class Source(Protocol):
    async def open(self, prompt: str) -> Generation:
        """Starts a generation and returns before its first text. Raises SourceRefused."""


class SourceRefused(Exception):
    """The source declines to start. The client reads status, detail and code, so they hold none of a provider's words.

    A refusal without `retry_after_seconds` is permanent: the same request would be refused again.
    """

    def __init__(
        self, status: int, detail: str, *, code: str | None = None, retry_after_seconds: int | None = None
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.code = code
        self.retry_after_seconds = retry_after_seconds


class SourceFailed(Exception):
    """The text broke off. The client reads code and message, so they hold none of a provider's words."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def load_source(name: str, environment: Mapping[str, str]) -> Source:
    """Imports the module of the source now and not earlier, since some import large clients.

    Raises ValueError for an unknown name.
    """
    if not name.isidentifier():
        raise ValueError(f"Expected the name of a module in streaming/sources, got {name!r}.")
    try:
        module = importlib.import_module(f"{__name__}.{name}")
    except ModuleNotFoundError as error:
        if error.name != f"{__name__}.{name}":
            raise
        raise ValueError(
            f"Expected the name of a source, got {name!r}: write streaming/sources/{name}.py or correct the settings."
        ) from error
    return cast(Source, module.create_source(environment))
