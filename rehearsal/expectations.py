"""How a check says what it expected."""

from __future__ import annotations


class CheckFailed(AssertionError):
    """What was expected, and what was got."""


def expect(holds: object, expected: str, got: object) -> None:
    if not holds:
        raise CheckFailed(f"expected {expected}, got {got!r}")
