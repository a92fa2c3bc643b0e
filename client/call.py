"""Options of a call: time-outs, retries, signing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class Timeouts:
    """How long to wait for each part of an answer, in seconds; None waits without a limit.

    Bytes of any kind end a wait. The service sends a comment every 10 s while its source is silent, so a slow model
    does not time out as long as the connection is healthy.

        Timeouts(first_byte_seconds=120, read_seconds=None)
    """

    #: Until the connection is open, its TLS handshake included. After it: ConnectTimeout.
    connect_seconds: float | None = 10.0
    #: From the request to the head of its answer, which a cold start can delay. After it: FirstByteTimeout.
    first_byte_seconds: float | None = 60.0
    #: From one arrival of bytes to the next, once the stream began. After it: ReadTimeout.
    read_seconds: float | None = 30.0


@dataclass(frozen=True, kw_only=True)
class Retries:
    """How often, and after which pauses, a request is sent again.

    A request is repeated only while nothing of its answer has arrived, so no text is generated or read twice; and only
    after a failed connection or one of the statuses 429, 502, 503, 504. A pause is drawn from 0 to
    `base_seconds * 2**attempt`, or follows the service's `retry-after`.

        Retries(limit=0)  # send once
    """

    #: How many requests may follow the first one.
    limit: int = 2
    base_seconds: float = 0.5
    #: A service that asks for a longer pause than this gets no further request.
    max_pause_seconds: float = 30.0


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """AWS credentials, such as those of a role that the caller took on. Their secrets stay out of `repr`.

    Credentials(access_key_id="ASIA...", secret_access_key="...", session_token="...")
    """

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class Signing:
    """What to sign a request with and for, by AWS Signature Version 4. Signing needs the package botocore.

    The host of a function URL or of an API Gateway says for which service and region it wants a signature. Any other
    host is signed for only where `service` is given. A request that carries an `authorization` header is left unsigned.

        Signing(profile="dev")
        Signing(service="lambda", region="eu-west-1")  # a function URL behind a name of one's own
    """

    #: "lambda" or "execute-api".
    service: str | None = None
    region: str | None = None
    #: A profile of the AWS configuration. Without it, botocore looks for credentials in its usual places.
    profile: str | None = None
    #: These credentials instead of any that botocore finds.
    credentials: Credentials | None = None


# Defaults of signatures. A call in their place would run once as well, and look as if it ran every time.
SIGNING = Signing()
TIMEOUTS = Timeouts()
RETRIES = Retries()


@dataclass(frozen=True, kw_only=True)
class Call:
    """The arguments of `stream`, whose docstring describes them."""

    url: str
    prompt: str
    method: Literal["POST", "GET"] = "POST"
    headers: Mapping[str, str] = field(default_factory=dict)
    signing: Signing | None = SIGNING
    timeouts: Timeouts = TIMEOUTS
    retries: Retries = RETRIES
