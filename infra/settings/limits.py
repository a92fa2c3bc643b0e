"""The limits that bound the bill. A client that disconnects does not stop an invocation; these limits do."""

from __future__ import annotations

from dataclasses import dataclass

from .base import Settings
from .rules import require

#: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
_LAMBDA_TIMEOUT_SECONDS = 900


@dataclass(frozen=True, kw_only=True)
class CostLimits(Settings):
    """Limits of one request, and with both reservations a limit of a month.

    No month costs more than both reservations without an idle second and what their sources spend meanwhile. Without
    reservations only the account's quota and the throttle of the APIs limit a month.
    """

    #: Maximum of concurrent streams; further callers get 429. None: what is left of the account's quota.
    reserved_concurrency: int | None = None
    #: Maximum of concurrent buffered answers. It is set where reserved_concurrency is: otherwise /generate could still
    #: take what is left of the account's quota. The throttle of the HTTP API follows from it (infra/api/http_api.py).
    buffered_reserved_concurrency: int | None = None
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
        for key in ("reserved_concurrency", "buffered_reserved_concurrency"):
            value = getattr(self, key)
            require(key, value, value is None or value > 0, "a number above 0 (0 turns the function off), or None")
        require(
            "buffered_reserved_concurrency",
            self.buffered_reserved_concurrency,
            (self.buffered_reserved_concurrency is None) == (self.reserved_concurrency is None),
            "a number with reserved_concurrency, and None without",
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
