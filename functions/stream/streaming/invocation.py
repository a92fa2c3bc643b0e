"""What a host says of one call, in no host's words.

docs/architecture.md, deviation 8.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, MutableMapping
from typing import Any, NamedTuple

_SCOPE_KEY = "streaming.invocation"


class Invocation(NamedTuple):
    request_id: str | None = None
    trace_id: str | None = None
    #: Until the host stops the call, counted from when this was read; endless where nothing stops it.
    seconds_left: float = math.inf
    #: Who calls, as the host has checked: a principal's ARN, or the issuer and the subject of a token.
    caller: str | None = None

    @classmethod
    def of(cls, scope: Mapping[str, Any]) -> Invocation:
        """What the host has put into the scope of an ASGI request; without a host, nothing is known."""
        found = scope.get(_SCOPE_KEY)
        return found if isinstance(found, cls) else cls()

    def put_into(self, scope: MutableMapping[str, Any]) -> None:
        scope[_SCOPE_KEY] = self
