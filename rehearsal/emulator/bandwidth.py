from __future__ import annotations

import math

REFILL_SECONDS = 0.125


class TokenBucket:
    """The bandwidth of a streamed response: a burst at full speed, then a steady rate.

    Tokens are bytes and come back in portions, every 125 ms.
    https://docs.aws.amazon.com/lambda/latest/dg/configuration-response-streaming.html
    """

    def __init__(self, burst: int, rate: int, now: float) -> None:
        self._burst = burst
        self._portion = rate * REFILL_SECONDS
        self._tokens = float(burst)
        self._refilled = now

    def take(self, size: int, now: float) -> float:
        """Spends `size` tokens and tells how many seconds to wait before the bytes may be sent."""
        portions = math.floor((now - self._refilled) / REFILL_SECONDS)
        self._tokens = min(self._burst, self._tokens + portions * self._portion)
        self._refilled += portions * REFILL_SECONDS
        self._tokens -= size
        if self._tokens >= 0:
            return 0.0
        missing = math.ceil(-self._tokens / self._portion)
        return self._refilled + missing * REFILL_SECONDS - now
