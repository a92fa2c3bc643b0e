"""Where text comes from. A source is one module of this package that defines `create_source(environment) -> Source`.

STREAM_SOURCE names the module, so a third source is one new file.
"""

from __future__ import annotations

import importlib
from collections.abc import AsyncIterator, Mapping
from typing import Protocol, cast


class Generation(Protocol):
    """One answer under way."""

    @property
    def usage(self) -> Mapping[str, object]:
        """Fields for the last event, final once the iteration has ended."""

    def __aiter__(self) -> AsyncIterator[str]:
        """The text, one chunk after the other. Raises SourceFailed when it breaks off."""

    async def aclose(self) -> None:
        """Frees whatever the answer holds; called once, also when it was never iterated."""


class Source(Protocol):
    async def open(self, prompt: str) -> Generation:
        """Starts an answer and returns before its first text. Raises SourceRefused."""


class SourceRefused(Exception):
    """The source declines to start. Status, detail and code reach the client: nothing of the provider's in them.

    Without `retry_after_seconds` the refusal is for ever: the same request would be refused again.
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
    """The answer broke off. Code and message reach the client: nothing of the provider's in them."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def load_source(name: str, environment: Mapping[str, str]) -> Source:
    """Imports the source's module only now: some bring heavy clients. Raises ValueError for an unknown name."""
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
