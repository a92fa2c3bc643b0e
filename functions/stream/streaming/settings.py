"""The settings that the function reads from its environment.

Imports the standard library only, because infra takes the names from here.

docs/architecture.md, deviation 8.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from typing import NamedTuple, TypeVar

#: The dimensions of the metrics, with the source.
SERVICE = "STREAM_SERVICE"
STAGE = "STREAM_STAGE"
SOURCE = "STREAM_SOURCE"
MAX_INPUT_BYTES = "STREAM_MAX_INPUT_BYTES"
HEARTBEAT_SECONDS = "STREAM_HEARTBEAT_SECONDS"
#: `true` writes inputs and answers into the log, where everyone with access to logs can read them.
LOG_TEXT = "STREAM_LOG_TEXT"
#: The origins of other sites' pages that may call, separated by spaces.
CORS_ORIGINS = "STREAM_CORS_ORIGINS"
#: `true` replaces callers by a hash in the log.
HASH_CALLERS = "STREAM_HASH_CALLERS"
#: Set by run.sh (host/crash_records.py).
CRASH_RECORDS = "STREAM_CRASH_RECORDS"
FRAME_CHARACTERS = "STREAM_FRAME_CHARACTERS"
FRAME_MILLISECONDS = "STREAM_FRAME_MILLISECONDS"
DEADLINE_MARGIN_SECONDS = "STREAM_DEADLINE_MARGIN_SECONDS"
BEDROCK_MODEL_ID = "STREAM_BEDROCK_MODEL_ID"
MAX_OUTPUT_TOKENS = "STREAM_MAX_OUTPUT_TOKENS"
JWT_ISSUER = "STREAM_JWT_ISSUER"
JWT_AUDIENCE = "STREAM_JWT_AUDIENCE"
JWT_SCOPE = "STREAM_JWT_SCOPE"

#: Carries a token where `Authorization` belongs to the signature of IAM; the application gets it as `Authorization`.
TOKEN_HEADER = "x-authorization"

_Number = TypeVar("_Number", int, float)


class JwtSettings(NamedTuple):
    """The issuer, audience and scope of accepted tokens."""

    issuer: str
    #: A token has to name at least one of these.
    audience: tuple[str, ...]
    scope: str | None = None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> JwtSettings | None:
        """Returns None without an issuer. Raises ValueError for half a setting, which would leave the service open."""
        if not {JWT_ISSUER, JWT_AUDIENCE, JWT_SCOPE} & set(environment):
            return None
        issuer, audience = environment.get(JWT_ISSUER, ""), environment.get(JWT_AUDIENCE, "").split()
        for name, value in ((JWT_ISSUER, issuer), (JWT_AUDIENCE, audience)):
            if not value:
                raise ValueError(f"Expected {name} to be set beside the other settings of the token check; it is not.")
        return cls(issuer=issuer, audience=tuple(audience), scope=environment.get(JWT_SCOPE) or None)


class Settings(NamedTuple):
    service: str = "stream"
    stage: str = "local"
    source: str = "local"
    max_input_bytes: int = 32 * 1024
    heartbeat_seconds: float = 10
    #: A frame leaves when it holds this many characters, or when this long has passed since the one before.
    frame_characters: int = 512
    frame_milliseconds: float = 40
    #: A stream sends its last event this long before the host stops the call.
    deadline_margin_seconds: float = 3
    log_text: bool = False
    hash_callers: bool = False
    cors_origins: tuple[str, ...] = ()
    crash_records: str | None = None
    #: None: tokens are not checked, and everyone who reaches the function may use it.
    jwt: JwtSettings | None = None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """Reads the variables. Raises ValueError, which names the variable, for a value that cannot be used."""
        default = cls()
        return cls(
            service=environment.get(SERVICE, default.service),
            stage=environment.get(STAGE, default.stage),
            source=environment.get(SOURCE, default.source),
            max_input_bytes=positive(environment, MAX_INPUT_BYTES, default.max_input_bytes, int),
            heartbeat_seconds=positive(environment, HEARTBEAT_SECONDS, default.heartbeat_seconds, float),
            frame_characters=positive(environment, FRAME_CHARACTERS, default.frame_characters, int),
            frame_milliseconds=positive(environment, FRAME_MILLISECONDS, default.frame_milliseconds, float),
            deadline_margin_seconds=positive(
                environment, DEADLINE_MARGIN_SECONDS, default.deadline_margin_seconds, float
            ),
            log_text=_switch(environment, LOG_TEXT),
            hash_callers=_switch(environment, HASH_CALLERS),
            cors_origins=tuple(environment.get(CORS_ORIGINS, "").split()),
            crash_records=environment.get(CRASH_RECORDS),
            jwt=JwtSettings.from_environment(environment),
        )


def positive(environment: Mapping[str, str], name: str, default: _Number, parse: Callable[[str], _Number]) -> _Number:
    if name not in environment:
        return default
    with contextlib.suppress(ValueError):
        value = parse(environment[name])
        if 0 < value < float("inf"):
            return value
    kind = "a whole number" if parse is int else "a number"
    raise ValueError(f"Expected {name} to be {kind} above 0, got {environment[name]!r}: correct the environment.")


def _switch(environment: Mapping[str, str], name: str) -> bool:
    value = environment.get(name, "false")
    if value not in ("true", "false"):
        raise ValueError(f"Expected {name} to be 'true' or 'false', got {value!r}: correct the environment.")
    return value == "true"
