"""The error that ends a synth whose bundle cannot be made."""

from __future__ import annotations


class BundleError(RuntimeError):
    """The bundle cannot be made; the message says what was expected and what to do."""
