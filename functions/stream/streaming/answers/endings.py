"""How an answer can end, independent of the protocol that says so on the wire."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from ..records import metric_names as names

_NOTHING: Mapping[str, object] = MappingProxyType({})


class Ending(NamedTuple):
    """The outcome that is recorded, and what the client is told."""

    #: One of metric_names.OUTCOME_METRICS.
    outcome: str
    #: None where the answer ended well.
    code: str | None = None
    #: For the client's eyes: no trace, no ARN, none of a provider's words.
    message: str = ""
    #: What the source said of its work, final once it has ended.
    usage: Mapping[str, object] = _NOTHING

    @classmethod
    def complete(cls, usage: Mapping[str, object]) -> Ending:
        return cls(names.COMPLETE, usage=usage)

    @classmethod
    def error(cls, code: str, message: str, *, outcome: str = names.SOURCE_ERROR) -> Ending:
        return cls(outcome, code, message)


DEADLINE = Ending.error(
    "deadline",
    "The answer took longer than one request may last; it ends here unfinished.",
    outcome=names.DEADLINE,
)
SHUTDOWN = Ending.error("shutdown", "The service is shutting down; send the request again.", outcome=names.SHUTDOWN)
INTERNAL = Ending.error("internal", "The answer broke off by an error of the service.")
#: Nobody is left to be told.
DISCONNECTED = Ending(names.DISCONNECTED)
