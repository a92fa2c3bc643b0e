"""The settings of one environment, and the rules that hold between them."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from .alarms import RATE_WINDOW_MINUTES, AlarmSettings
from .base import Settings
from .callers import JwtSettings, ThrottleSettings, UrlAuth
from .canary import CanarySettings
from .edge import EdgeSettings
from .limits import CostLimits
from .model import BedrockSettings
from .origins import require_origins
from .patterns import EMAIL, LAYER_VERSION_ARN, MAX_STACK_NAME_CHARACTERS, STAGE_NAME
from .rules import MIN_IDLE_TIMEOUT_SECONDS, one_of, require
from .scaling import ScalingSettings

FUNCTION_ENTRY = Path(__file__).parents[2] / "functions" / "stream"

Bundler = Literal["uv", "docker"]

#: Of the stacks of a stage, the one with the longest name.
_LONGEST_STACK_ID = "Monitoring"

#: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
_LAMBDA_MEMORY_MEBIBYTES = range(128, 10240 + 1)
#: An HTTP API answers 503 after 30 s, whatever the function does.
#: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
_HTTP_API_TIMEOUT_SECONDS = 30
#: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
# fmt: off
LOG_RETENTION_DAYS = (
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
)
# fmt: on


def known_sources() -> list[str]:
    """Returns the modules of functions/stream/streaming/sources."""
    sources = FUNCTION_ENTRY / "streaming" / "sources"
    return sorted(path.stem for path in sources.glob("[!_]*.py"))


@dataclass(frozen=True, kw_only=True)
class StageSettings(Settings):
    """The settings of one environment. `name` is the CDK stage, the prefix of its stacks and the value of its tag.

    Raises SettingsError.
    """

    name: str

    #: A module of functions/stream/streaming/sources; `bedrock` needs the settings of that name.
    source: str = "local"
    bedrock: BedrockSettings | None = None

    memory_mebibytes: int = 512
    #: The timeout of the buffered function, behind the HTTP API.
    generate_timeout_seconds: int = 29
    #: A stream sends an SSE comment after this long without an event.
    heartbeat_seconds: int = 10
    #: A stream ends this long before the Lambda timeout, so that its last event is delivered.
    deadline_margin_seconds: int = 3
    limits: CostLimits = field(default_factory=CostLimits)

    url_auth: UrlAuth = "AWS_IAM"
    #: The origins of pages that may call the function URL; () turns CORS off.
    cors_origins: tuple[str, ...] = ()
    jwt: JwtSettings | None = None
    #: Confirms that anyone on the internet may use the service at your cost: needed for a public URL or an edge
    #: without a token check. It requires reservations in `limits`, which bound that cost.
    public_on_purpose: bool = False
    throttle: ThrottleSettings = field(default_factory=ThrottleSettings)
    edge: EdgeSettings | None = None

    #: The account's concurrency quota in the region, which every function without a reservation shares.
    account_concurrency: int = 1000
    scaling: ScalingSettings = field(default_factory=ScalingSettings)
    #: None: all callers get a new version of the streaming function at once.
    canary: CanarySettings | None = None

    log_retention_days: int = 30
    #: Log groups and the access logs of the edge outlive the stage, for as long as their lines are retained.
    keep_logs: bool = False
    #: Writes inputs and answers into the log, where everyone with access to logs can read them.
    log_text: bool = False
    #: The log of a function names callers by a hash: they can be told apart, but nobody reads who they are. The access
    #: logs of the APIs, which cannot hash, name them as they are.
    hash_callers: bool = False
    alarm_email: str | None = None
    alarms: AlarmSettings = field(default_factory=AlarmSettings)

    #: The ARN of your own copy of the adapter's layer, for regions without a public one, such as GovCloud. The end of
    #: its name, `arm64` or `x86`, says what the functions run on.
    adapter_layer_arn: str | None = None
    bundler: Bundler = "uv"

    def _check(self) -> None:
        self._check_names()
        self._check_source()
        self._check_limits()
        self._check_timeouts()
        self._check_callers()
        self._check_observation()
        self._check_choices()

    def _check_names(self) -> None:
        name, layer = self.name, self.adapter_layer_arn
        longest = MAX_STACK_NAME_CHARACTERS - len("-") - len(_LONGEST_STACK_ID)
        require(
            "name",
            name,
            bool(STAGE_NAME.fullmatch(name)) and len(name) <= longest,
            f"2 to {longest} lower-case letters, digits and hyphens, of which the first is a letter",
        )
        require(
            "adapter_layer_arn",
            layer,
            layer is None or bool(LAYER_VERSION_ARN.fullmatch(layer)),
            "the ARN of a layer version, 'arn:PARTITION:lambda:REGION:ACCOUNT:layer:NAME:VERSION', whose NAME ends in "
            "'arm64', 'x86' or 'x86_64', in any case of letters, or None",
        )

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
        require("account_concurrency", self.account_concurrency, self.account_concurrency > 0, "a number above 0")
        concurrency = self.limits.reserved_concurrency or self.account_concurrency
        require(
            "scaling",
            self.scaling,
            self.scaling.max_provisioned <= concurrency,
            f"at most {concurrency} provisioned environments (limits.reserved_concurrency or account_concurrency)",
        )

    def _check_timeouts(self) -> None:
        stream, generate = self.limits.max_stream_seconds, self.generate_timeout_seconds
        margin, heartbeat = self.deadline_margin_seconds, self.heartbeat_seconds
        require("deadline_margin_seconds", margin, margin > 0, "a number above 0")
        require(
            "max_stream_seconds",
            stream,
            margin < stream,
            f"more than deadline_margin_seconds ({margin})",
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
            0 < heartbeat < MIN_IDLE_TIMEOUT_SECONDS,
            f"more than 0, less than the {MIN_IDLE_TIMEOUT_SECONDS} s of silence after which proxies cut a stream",
        )

    def _check_callers(self) -> None:
        is_checked = bool(self.jwt) or self.public_on_purpose
        require(
            "url_auth",
            self.url_auth,
            self.url_auth == "AWS_IAM" or is_checked,
            "'AWS_IAM', or 'NONE' with jwt or public_on_purpose",
        )
        require("edge", self.edge, not self.edge or is_checked, "None, unless jwt or public_on_purpose is set")
        require(
            "edge",
            self.edge,
            not self.edge or self.url_auth == "AWS_IAM",
            "None with url_auth 'NONE', with which callers could bypass it",
        )
        require(
            "public_on_purpose",
            self.public_on_purpose,
            not self.public_on_purpose or self.limits.reserved_concurrency is not None,
            "True with limits.reserved_concurrency, which bounds what anyone on the internet can spend, or False",
        )
        require_origins(self.cors_origins)

    def _check_observation(self) -> None:
        """Requires windows longer than the longest stream, because a stream is counted at its end."""
        longest, canary, alarms = math.ceil(self.limits.max_stream_seconds / 60), self.canary, self.alarms
        require(
            "quiet_minutes",
            alarms.quiet_minutes,
            alarms.quiet_minutes is None or alarms.quiet_minutes > longest,
            f"more than the longest stream ({longest} min), or None",
        )
        require(
            "canary",
            canary,
            canary is None or canary.minutes >= longest + RATE_WINDOW_MINUTES,
            f"minutes for the longest stream ({longest}) and the alarms' window ({RATE_WINDOW_MINUTES}), or None",
        )
        share = max(alarms.source_error_share, alarms.truncated_share)
        require(
            "canary",
            canary,
            canary is None or canary.percent > share * 100,
            f"a percent above the thresholds of its rollback alarms ({share:.0%}), or None",
        )

    def _check_choices(self) -> None:
        require(
            "bundler",
            self.bundler,
            self.bundler == "uv" or not self.jwt,
            "'uv' with jwt, because 'docker' installs requirements.txt only",
        )
        require(
            "log_retention_days",
            self.log_retention_days,
            self.log_retention_days in LOG_RETENTION_DAYS,
            one_of(LOG_RETENTION_DAYS),
        )
        email = self.alarm_email
        require("alarm_email", email, email is None or bool(EMAIL.fullmatch(email)), "an email address, or None")
