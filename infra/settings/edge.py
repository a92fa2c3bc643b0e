"""CloudFront and its firewall."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from .rules import SHORTEST_IDLE_TIMEOUT_SECONDS, require

#: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesOrigin.html
_READ_TIMEOUT_SECONDS = range(SHORTEST_IDLE_TIMEOUT_SECONDS, 120 + 1)
#: https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-type-rate-based-high-level-settings.html
_SMALLEST_RATE_LIMIT = 10


@dataclass(frozen=True, kw_only=True)
class FirewallSettings:
    """AWS WAF in front of the distribution."""

    #: AWS WAF takes what guards a distribution in this region alone.
    #: https://docs.aws.amazon.com/waf/latest/developerguide/how-aws-waf-works-resources.html
    REGION: ClassVar[str] = "us-east-1"

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
        timeouts = _READ_TIMEOUT_SECONDS
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
