"""What a caller may choose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class Timeouts:
    """In seconds; None waits for ever.

    `between_frames` counts from one arrival of bytes to the next. A heartbeat comment is a sign of life like any event,
    so a long silence of the model is none of the connection's: a service in health sends a heartbeat every 10 s.
    """

    connect: float | None = 10.0
    #: A cold start and the model's decision to answer at all.
    first_byte: float | None = 60.0
    between_frames: float | None = 30.0


@dataclass(frozen=True, kw_only=True)
class Retries:
    """Only before the first byte, when nothing can have been read twice; and only for what passes by itself."""

    limit: int = 2
    base_seconds: float = 0.5
    #: Of one pause. A service that asks for a longer one gets no second request.
    longest_seconds: float = 30.0


@dataclass(frozen=True, kw_only=True)
class Signing:
    """AWS's own hosts say for which service and region they want a signature; both given sign for any host."""

    service: str | None = None
    region: str | None = None
    #: Of the AWS configuration; by default botocore's chain looks for credentials.
    profile: str | None = None


@dataclass(frozen=True, kw_only=True)
class Call:
    url: str
    prompt: str
    method: Literal["POST", "GET"] = "POST"
    #: Sent along, such as a token. With an `authorization` of its own, a request is not signed.
    headers: Mapping[str, str] = field(default_factory=dict)
    #: None never signs.
    signing: Signing | None = Signing()
    timeouts: Timeouts = Timeouts()
    retries: Retries = Retries()
