"""The settings of authentication and throttling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .base import Settings
from .patterns import ISSUER, is_word
from .rules import require

UrlAuth = Literal["AWS_IAM", "NONE"]


@dataclass(frozen=True, kw_only=True)
class JwtSettings(Settings):
    """The issuer, audience and scope of accepted tokens.

    The HTTP API accepts a token in place of IAM; the streaming function checks tokens itself.
    """

    issuer: str
    #: A token has to name at least one of these.
    audience: tuple[str, ...]
    #: A token has to name this scope too.
    scope: str | None = None

    def _check(self) -> None:
        is_url = bool(ISSUER.fullmatch(self.issuer))
        require("issuer", self.issuer, is_url, "an https:// URL without query and fragment, exactly as tokens name it")
        are_words = all(is_word(name) for name in self.audience)
        is_set = 0 < len(set(self.audience)) == len(self.audience)
        require("audience", self.audience, are_words and is_set, "at least one audience, each once and without spaces")
        require("scope", self.scope, self.scope is None or is_word(self.scope), "one scope without spaces, or None")


@dataclass(frozen=True, kw_only=True)
class ThrottleSettings(Settings):
    """The throttle of each API of the stage. The function URL is throttled by the reserved concurrency only.

    The HTTP API gets a lower one where its function has a reservation that could not serve this one.
    """

    requests_per_second: int = 50
    burst_requests: int = 100

    def _check(self) -> None:
        for key in ("requests_per_second", "burst_requests"):
            require(key, getattr(self, key), getattr(self, key) > 0, "a number above 0")
