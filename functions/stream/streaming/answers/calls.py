"""Calls into a source, which may raise or swallow anything.

docs/architecture.md, deviation 15.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import NamedTuple, TypeVar

_T = TypeVar("_T")
_Error = TypeVar("_Error", bound=BaseException)


class Raised(NamedTuple):
    """The error that a call ended with in place of a value."""

    error: BaseException


async def outcome_of(call: Callable[[], Awaitable[_T]]) -> _T | Raised:
    """Calls, and returns an error of any kind as a value.

    asyncio takes a CancelledError out of a task for a cancellation that was asked for, and hands SystemExit to the
    loop, which ends with it. https://docs.python.org/3/library/asyncio-exceptions.html#asyncio.CancelledError
    """
    try:
        return await call()
    except BaseException as error:
        return Raised(error)


def find_error(kind: type[_Error], error: BaseException) -> _Error | None:
    """Returns the error itself if it is of that kind, or the first of that kind in a group; otherwise None."""
    if isinstance(error, kind):
        return error
    if isinstance(error, BaseExceptionGroup):
        found = (find_error(kind, inner) for inner in error.exceptions)
        return next((inner for inner in found if inner is not None), None)
    return None
