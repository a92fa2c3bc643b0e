"""The facts that a host knows of one call, in no host's terms.

docs/architecture.md, deviation 8.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, MutableMapping
from typing import Any, NamedTuple

_SCOPE_KEY = "streaming.invocation"


class Invocation(NamedTuple):
    """One call of the service. What no host said is None, or infinite."""

    request_id: str | None = None
    trace_id: str | None = None
    #: The time until the host stops the call, from the moment when this was read; infinite if nothing stops it.
    seconds_left: float = math.inf
    #: The caller, as the host has verified: the ARN of a principal, or the issuer and the subject of a token.
    caller: str | None = None

    @classmethod
    def of(cls, scope: Mapping[str, Any]) -> Invocation:
        """Returns what the host has put into the scope of an ASGI request, or an empty one without a host."""
        found = scope.get(_SCOPE_KEY)
        return found if isinstance(found, cls) else cls()

    def put_into(self, scope: MutableMapping[str, Any]) -> None:
        scope[_SCOPE_KEY] = self
