"""The doctor's two records: what was observed of one request, and the verdict on it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import Enum, auto

import httpx


class Failure(Enum):
    """Why there is no answer, or no end of it."""

    #: A variable of the environment cannot be used, so nothing was sent.
    ENVIRONMENT = auto()
    #: The proxy does not open a connection to the host.
    PROXY = auto()
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
    """What was observed of one request and its answer."""

    url: str
    signed: bool = False
    #: The proxy that the environment names for this URL; None for a direct connection.
    proxy: str | None = None
    #: The variable that names the certificates to trust; None where it is none.
    certificates: str | None = None
    status: int | None = None
    headers: httpx.Headers = field(default_factory=httpx.Headers)
    head_seconds: float = 0.0
    arrivals: tuple[Arrival, ...] = ()
    failure: Failure | None = None
    #: The message of the error that ended the request.
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
        except (ValueError, RecursionError):
            return {}
        return document if isinstance(document, dict) else {}

    @property
    def message(self) -> str:
        """The error's text: `detail` of a problem document, `message` of API Gateway, `Message` of a function URL."""
        for name in ("detail", "message", "Message"):
            if isinstance(text := self.document.get(name), str):
                return " ".join(text.split())
        return ""


@dataclass(frozen=True)
class Verdict:
    """One sentence that says what was found, and one that says what to change."""

    what: str
    change: str = ""
    streams: bool = False
    #: A second measurement can be clearer, because a cold start may have delayed this one.
    ask_again: bool = False
