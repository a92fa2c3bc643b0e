"""The ways in which an answer can end, independent of the protocol that says so on the wire.

docs/architecture.md, deviation 8.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from ..records import metric_names as names

_NOTHING: Mapping[str, object] = MappingProxyType({})


class Ending(NamedTuple):
    """The end of an answer: the outcome for the record, and what the last event tells the client."""

    #: One of metric_names.OUTCOME_METRICS.
    outcome: str
    #: The code of the error event; None if the answer is complete.
    code: str | None = None
    #: The client reads it, so it holds no trace, no ARN and none of a provider's words.
    message: str = ""
    #: The usage that the source reported, final once the source has ended.
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
#: No client is left to read a last event.
DISCONNECTED = Ending(names.DISCONNECTED)
