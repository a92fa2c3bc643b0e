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
#: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesOrigin.html
_EDGE_READ_TIMEOUT_SECONDS = range(_SHORTEST_IDLE_TIMEOUT_SECONDS, 120 + 1)
#: https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-type-rate-based-high-level-settings.html
_SMALLEST_RATE_LIMIT = 10
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


def _is_word(text: str) -> bool:
    return text.split() == [text]


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
    """Who signs the tokens that the HTTP API accepts in place of IAM, and the streaming function asks for itself."""

    issuer: str
    audience: tuple[str, ...]
    #: A token needs it beside the audience.
    scope: str | None = None

    def __post_init__(self) -> None:
        require("issuer", self.issuer, self.issuer.startswith("https://"), "an https:// URL")
        are_words = bool(self.audience) and all(_is_word(name) for name in self.audience)
        require("audience", self.audience, are_words, "at least one audience, each without spaces")
        require("scope", self.scope, self.scope is None or _is_word(self.scope), "one scope without spaces, or None")


@dataclass(frozen=True, kw_only=True)
class FirewallSettings:
    """AWS WAF in front of the distribution."""

    #: Of one address; more are turned away with 403 until they are fewer.
    requests_per_five_minutes: int = 500

    def __post_init__(self) -> None:
        limit = self.requests_per_five_minutes
        require("requests_per_five_minutes", limit, limit >= _SMALLEST_RATE_LIMIT, f"{_SMALLEST_RATE_LIMIT} or more")


@dataclass(frozen=True, kw_only=True)
class EdgeSettings:
    """CloudFront in front of the function URL and the page."""

    #: How long CloudFront waits for the next byte; heartbeats come more often.
    read_timeout_seconds: int = 60
    #: Off, nothing tells who called. A log line holds the query, and so the input of a GET.
    access_logs: bool = True
    #: Names of your own, and the certificate for all of them, which CloudFront takes from us-east-1 alone.
    domain_names: tuple[str, ...] = ()
    certificate_arn: str | None = None
    firewall: FirewallSettings | None = None

    def __post_init__(self) -> None:
        timeouts = _EDGE_READ_TIMEOUT_SECONDS
        require(
            "read_timeout_seconds",
            self.read_timeout_seconds,
            self.read_timeout_seconds in timeouts,
            f"{timeouts.start} to {timeouts.stop - 1}",
        )
        require(
            "certificate_arn",
            self.certificate_arn,
            (self.certificate_arn or "arn:aws:acm:us-east-1:").startswith("arn:aws:acm:us-east-1:"),
            "the ARN of a certificate in us-east-1, or None",
        )
        require(
            "domain_names",
            self.domain_names,
            bool(self.domain_names) == bool(self.certificate_arn),
            "the names that certificate_arn is for, and () without one",
        )


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
    #: Anyone on the internet may use the service, and you pay: for a public URL or an edge that check no token.
    public_on_purpose: bool = False
    throttle: ThrottleSettings = ThrottleSettings()
    edge: EdgeSettings | None = None

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
        self._check_callers()
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

    def _check_callers(self) -> None:
        is_checked = bool(self.jwt) or self.public_on_purpose
        require("url_auth", self.url_auth, self.url_auth in get_args(UrlAuth), one_of(get_args(UrlAuth)))
        require(
            "url_auth",
            self.url_auth,
            self.url_auth == "AWS_IAM" or is_checked,
            "'AWS_IAM', unless jwt names an issuer or the service is public_on_purpose",
        )
        require("edge", self.edge, not self.edge or is_checked, "None, unless jwt is set or public_on_purpose")
        require(
            "edge",
            self.edge,
            not self.edge or self.url_auth == "AWS_IAM",
            "None with url_auth 'NONE': anyone could go round it",
        )

    def _check_choices(self) -> None:
        require("bundler", self.bundler, self.bundler in get_args(Bundler), one_of(get_args(Bundler)))
        require(
            "bundler",
            self.bundler,
            self.bundler == "uv" or not self.jwt,
            "'uv' with jwt: the other installs requirements.txt alone",
        )
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
