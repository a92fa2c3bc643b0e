"""What may differ between stages. A value that cannot work fails here, before anything is built.

Imports nothing of infra, so that everything else may import it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

FUNCTION_ENTRY = Path(__file__).parents[1] / "functions" / "stream"

UrlAuth = Literal["AWS_IAM", "NONE"]
Bundler = Literal["uv", "docker"]

#: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
_LAMBDA_TIMEOUT_SECONDS = 900
_LAMBDA_MEMORY_MEBIBYTES = range(128, 10240 + 1)
#: An HTTP API answers 503 after 30 s, whatever the function does.
#: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
_HTTP_API_TIMEOUT_SECONDS = 30
#: A regional REST API cuts a stream that is silent for 5 minutes, CloudFront one that is silent for 30 s.
_SHORTEST_IDLE_TIMEOUT_SECONDS = 30
#: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
# fmt: off
LOG_RETENTION_DAYS = (
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
)
# fmt: on


class SettingsError(ValueError):
    """A setting that cannot work; the message names key, value and what is allowed."""


def require(key: str, value: object, holds: bool, allowed: str) -> None:
    if not holds:
        raise SettingsError(f"Setting {key}: got {value!r}, allowed: {allowed}.")


def known_sources() -> list[str]:
    sources = FUNCTION_ENTRY / "streaming" / "sources"
    return sorted(path.stem for path in sources.glob("[!_]*.py"))


def one_of(values: Collection[object]) -> str:
    return ", ".join(repr(value) for value in values)


@dataclass(frozen=True, kw_only=True)
class BedrockSettings:
    """Which model answers, and so exactly what the function's role may invoke."""

    model_id: str
    #: Cross-region inference: the profile's id, and every region that it may send a request to.
    inference_profile_id: str | None = None
    inference_profile_regions: tuple[str, ...] = ()
    max_output_tokens: int = 2048

    def __post_init__(self) -> None:
        require("model_id", self.model_id, bool(self.model_id), "the id of a foundation model")
        require("max_output_tokens", self.max_output_tokens, self.max_output_tokens > 0, "a number above 0")
        require(
            "inference_profile_regions",
            self.inference_profile_regions,
            bool(self.inference_profile_id) == bool(self.inference_profile_regions),
            "the regions of inference_profile_id, and () without one",
        )


@dataclass(frozen=True, kw_only=True)
class JwtSettings:
    """Who signs the tokens that the HTTP API accepts in place of IAM."""

    issuer: str
    audience: tuple[str, ...]

    def __post_init__(self) -> None:
        require("issuer", self.issuer, self.issuer.startswith("https://"), "an https:// URL")
        require("audience", self.audience, bool(self.audience), "at least one audience")


@dataclass(frozen=True, kw_only=True)
class ThrottleSettings:
    """For each API of the stage; a function URL has no throttle but the reserved concurrency."""

    requests_per_second: int = 50
    burst_requests: int = 100

    def __post_init__(self) -> None:
        for key in ("requests_per_second", "burst_requests"):
            require(key, getattr(self, key), getattr(self, key) > 0, "a number above 0")


@dataclass(frozen=True, kw_only=True)
class StageSettings:
    """One environment. `name` is the CDK stage, the prefix of its stacks and its tag."""

    name: str

    #: A module of functions/stream/streaming/sources; `bedrock` needs the settings of that name.
    source: str = "local"
    bedrock: BedrockSettings | None = None

    memory_mebibytes: int = 512
    stream_timeout_seconds: int = 900
    #: The buffered twin's, behind the HTTP API.
    generate_timeout_seconds: int = 29
    heartbeat_seconds: int = 10
    #: A stream says goodbye this long before its timeout.
    deadline_margin_seconds: int = 3
    max_input_bytes: int = 32 * 1024

    url_auth: UrlAuth = "AWS_IAM"
    #: Origins of pages that may call the function URL; none turns CORS off.
    cors_origins: tuple[str, ...] = ()
    jwt: JwtSettings | None = None
    throttle: ThrottleSettings = ThrottleSettings()

    reserved_concurrency: int | None = None
    #: The account's limit in the region, which every function without a reservation shares.
    account_concurrency: int = 1000
    provisioned_concurrency: int = 0
    snap_start: bool = False

    log_retention_days: int = 30
    alarm_email: str | None = None

    #: Only where the adapter's publisher has no layer, such as GovCloud.
    adapter_layer_arn: str | None = None
    bundler: Bundler = "uv"

    def __post_init__(self) -> None:
        self._check_source()
        self._check_limits()
        self._check_timeouts()
        self._check_choices()

    def _check_source(self) -> None:
        known = known_sources()
        require("source", self.source, self.source in known, one_of(known))
        require(
            "bedrock",
            self.bedrock,
            (self.source == "bedrock") == (self.bedrock is not None),
            "BedrockSettings(...) with source 'bedrock', and None without",
        )

    def _check_limits(self) -> None:
        memory = _LAMBDA_MEMORY_MEBIBYTES
        require(
            "memory_mebibytes",
            self.memory_mebibytes,
            self.memory_mebibytes in memory,
            f"{memory.start} to {memory.stop - 1}",
        )
        for key in ("max_input_bytes", "account_concurrency"):
            require(key, getattr(self, key), getattr(self, key) > 0, "a number above 0")
        require(
            "reserved_concurrency",
            self.reserved_concurrency,
            self.reserved_concurrency is None or self.reserved_concurrency > 0,
            "a number above 0 (0 turns the function off), or None",
        )
        require("provisioned_concurrency", self.provisioned_concurrency, self.provisioned_concurrency >= 0, "0 or more")
        require(
            "snap_start",
            self.snap_start,
            not (self.snap_start and self.provisioned_concurrency),
            "False while provisioned_concurrency is set: Lambda refuses both on one function",
        )

    def _check_timeouts(self) -> None:
        stream, generate = self.stream_timeout_seconds, self.generate_timeout_seconds
        margin, heartbeat = self.deadline_margin_seconds, self.heartbeat_seconds
        require("deadline_margin_seconds", margin, margin > 0, "a number above 0")
        require(
            "stream_timeout_seconds",
            stream,
            margin < stream <= _LAMBDA_TIMEOUT_SECONDS,
            f"more than deadline_margin_seconds ({margin}), at most {_LAMBDA_TIMEOUT_SECONDS}",
        )
        require(
            "generate_timeout_seconds",
            generate,
            margin < generate < _HTTP_API_TIMEOUT_SECONDS,
            f"more than deadline_margin_seconds ({margin}), less than the HTTP API's {_HTTP_API_TIMEOUT_SECONDS}",
        )
        require(
            "heartbeat_seconds",
            heartbeat,
            0 < heartbeat < _SHORTEST_IDLE_TIMEOUT_SECONDS,
            f"more than 0, less than the {_SHORTEST_IDLE_TIMEOUT_SECONDS} s of silence after which proxies cut",
        )

    def _check_choices(self) -> None:
        require("url_auth", self.url_auth, self.url_auth in get_args(UrlAuth), one_of(get_args(UrlAuth)))
        require("bundler", self.bundler, self.bundler in get_args(Bundler), one_of(get_args(Bundler)))
        require(
            "log_retention_days",
            self.log_retention_days,
            self.log_retention_days in LOG_RETENTION_DAYS,
            one_of(LOG_RETENTION_DAYS),
        )
        for origin in self.cors_origins:
            require(
                "cors_origins", origin, origin == "*" or "://" in origin, "'*' or origins such as https://example.com"
            )
        require(
            "alarm_email", self.alarm_email, self.alarm_email is None or "@" in self.alarm_email, "an address, or None"
        )
