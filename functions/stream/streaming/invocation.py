"""What a host says of one call, in no host's words."""

from __future__ import annotations

import math
from typing import NamedTuple


class Invocation(NamedTuple):
    request_id: str | None = None
    trace_id: str | None = None
    #: Until the host stops the call, counted from when this was read; endless where nothing stops it.
    seconds_left: float = math.inf

    def log_fields(self, stream_id: str) -> dict[str, object]:
        fields = {"stream_id": stream_id, "request_id": self.request_id, "trace_id": self.trace_id}
        return {name: value for name, value in fields.items() if value is not None}
