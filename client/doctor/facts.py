"""What was seen of one request, and no opinion of it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import Enum, auto

import httpx


class Failure(Enum):
    """Why there is no answer, or no end of it."""

    UNKNOWN_HOST = auto()
    UNREACHABLE = auto()
    CONNECT_TIMEOUT = auto()
    TLS = auto()
    HUNG_UP = auto()
    SILENT = auto()
    UNREADABLE = auto()
    UNSIGNED = auto()


@dataclass(frozen=True)
class Arrival:
    """One read of the body, its content encoding undone; seconds count from the start of the request."""

    seconds: float
    data: bytes


@dataclass(frozen=True)
class Facts:
    url: str
    signed: bool = False
    #: Of the environment; None when the way is direct.
    proxy: str | None = None
    status: int | None = None
    headers: httpx.Headers = field(default_factory=httpx.Headers)
    head_seconds: float = 0.0
    arrivals: tuple[Arrival, ...] = ()
    failure: Failure | None = None
    #: In the words of whatever failed.
    detail: str = ""

    @property
    def host(self) -> str:
        return httpx.URL(self.url).host

    @property
    def body(self) -> bytes:
        return b"".join(arrival.data for arrival in self.arrivals)

    @property
    def media_type(self) -> str:
        return str(self.headers.get("content-type", "")).partition(";")[0].strip().lower()

    @property
    def document(self) -> dict[str, object]:
        """The body as a JSON object; empty when it is none."""
        try:
            document = json.loads(self.body)
        except ValueError:
            return {}
        return document if isinstance(document, dict) else {}

    @property
    def message(self) -> str:
        """What an error's body says: a problem document `detail`, API Gateway `message`, a function URL `Message`."""
        for name in ("detail", "message", "Message"):
            if isinstance(text := self.document.get(name), str):
                return text
        return ""
