"""What bounds the bill. A client that leaves stops nothing: these do."""

from __future__ import annotations

from dataclasses import dataclass

from .rules import require

#: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
_LAMBDA_TIMEOUT_SECONDS = 900


@dataclass(frozen=True, kw_only=True)
class CostLimits:
    """Together: no month costs more than reserved_concurrency environments that never rest."""

    #: How many streams at once; the others get 429. None: as many as the account has left.
    reserved_concurrency: int | None = None
    #: The timeout of the streaming function, and of the REST API in front of it.
    max_stream_seconds: int = _LAMBDA_TIMEOUT_SECONDS
    #: Of an answer; a source that makes tokens asks its model for no more.
    max_output_tokens: int = 2048
    #: Of UTF-8; a longer input gets 413.
    max_input_bytes: int = 32 * 1024
    #: The alarm topic is told at 80 %, hours after the fact; it stops nothing. Nothing counts before somebody has
    #: activated `stage` as a cost allocation tag (infra/monitoring/budget.py).
    monthly_budget_usd: int | None = None

    def __post_init__(self) -> None:
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
