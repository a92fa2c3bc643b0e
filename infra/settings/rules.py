"""The check of a setting and its error."""

from __future__ import annotations

from collections.abc import Collection

#: CloudFront's default cuts a stream after 30 s of silence, a regional REST API after 5 minutes.
MIN_IDLE_TIMEOUT_SECONDS = 30


class SettingsError(ValueError):
    """An error for a setting that cannot work; the message names key, value and what is allowed."""


def require(key: str, value: object, holds: bool, allowed: str) -> None:
    """Raises SettingsError unless the rule holds. `allowed` completes the sentence "allowed: ..."."""
    if not holds:
        raise SettingsError(f"Setting {key}: got {value!r}, allowed: {allowed}.")


def one_of(values: Collection[object]) -> str:
    """Lists the values for the `allowed` of `require`."""
    return ", ".join(repr(value) for value in values)
