"""How a setting is checked, and what is said of one that cannot work."""

from __future__ import annotations

from collections.abc import Collection

#: A regional REST API cuts a stream that is silent for 5 minutes, CloudFront one that is silent for 30 s.
SHORTEST_IDLE_TIMEOUT_SECONDS = 30


class SettingsError(ValueError):
    """A setting that cannot work; the message names key, value and what is allowed."""


def require(key: str, value: object, holds: bool, allowed: str) -> None:
    if not holds:
        raise SettingsError(f"Setting {key}: got {value!r}, allowed: {allowed}.")


def one_of(values: Collection[object]) -> str:
    return ", ".join(repr(value) for value in values)
