from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Verdict:
    """One sentence that says what it is, one that says what to change."""

    what: str
    change: str = ""
    streams: bool = False
    #: A second measurement may tell what this one could not, such as that a cold start was in the way.
    ask_again: bool = False
