"""Who may call the service, and how often."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .rules import require

UrlAuth = Literal["AWS_IAM", "NONE"]


@dataclass(frozen=True, kw_only=True)
class JwtSettings:
    """Who signs the tokens that the HTTP API accepts in place of IAM, and the streaming function asks for itself."""

    issuer: str
    audience: tuple[str, ...]
    #: A token needs it beside the audience.
    scope: str | None = None

    def __post_init__(self) -> None:
        require("issuer", self.issuer, self.issuer.startswith("https://"), "an https:// URL")
        are_words = bool(self.audience) and all(_is_word(name) for name in self.audience)
        require("audience", self.audience, are_words, "at least one audience, each without spaces")
        require("scope", self.scope, self.scope is None or _is_word(self.scope), "one scope without spaces, or None")


@dataclass(frozen=True, kw_only=True)
class ThrottleSettings:
    """For each API of the stage; a function URL has no throttle but the reserved concurrency."""

    requests_per_second: int = 50
    burst_requests: int = 100

    def __post_init__(self) -> None:
        for key in ("requests_per_second", "burst_requests"):
            require(key, getattr(self, key), getattr(self, key) > 0, "a number above 0")


def _is_word(text: str) -> bool:
    return text.split() == [text]
