"""The limits that bound the bill. A client that disconnects does not stop an invocation; these limits do."""

from __future__ import annotations

from dataclasses import dataclass

from .base import Settings
from .rules import require

#: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
_LAMBDA_TIMEOUT_SECONDS = 900


@dataclass(frozen=True, kw_only=True)
class CostLimits(Settings):
    """Limits that together bound a month's cost: reserved_concurrency environments that are never idle."""

    #: Maximum of concurrent streams; further callers get 429. None: what is left of the account's quota.
    reserved_concurrency: int | None = None
    #: The timeout of the streaming function and of the REST API in front of it.
    max_stream_seconds: int = _LAMBDA_TIMEOUT_SECONDS
    #: The most tokens that a source requests from its model for one answer.
    max_output_tokens: int = 2048
    #: The limit of an input in UTF-8; a longer one gets 413.
    max_input_bytes: int = 32 * 1024
    #: The budget notifies the alarm topic at 80 %, hours late, and stops nothing. It sees no cost before somebody has
    #: activated the stage's tag as a cost allocation tag (infra/names.py).
    monthly_budget_usd: int | None = None

    def _check(self) -> None:
        require(
            "reserved_concurrency",
            self.reserved_concurrency,
            self.reserved_concurrency is None or self.reserved_concurrency > 0,
            "a number above 0 (0 turns the function off), or None",
        )
        require(
            "max_stream_seconds",
            self.max_stream_seconds,
            0 < self.max_stream_seconds <= _LAMBDA_TIMEOUT_SECONDS,
            f"1 to {_LAMBDA_TIMEOUT_SECONDS}",
        )
        budget = self.monthly_budget_usd
        require("monthly_budget_usd", budget, budget is None or budget > 0, "a number above 0, or None")
        for key in ("max_output_tokens", "max_input_bytes"):
            require(key, getattr(self, key), getattr(self, key) > 0, "a number above 0")
