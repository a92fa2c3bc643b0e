"""The settings of CloudFront and its firewall."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from .base import Settings
from .patterns import CERTIFICATE_ARN, DOMAIN_NAME
from .rules import MIN_IDLE_TIMEOUT_SECONDS, require

#: CloudFront requires web ACLs, certificates and log deliveries to be in this region, whatever the stage's is.
#: https://docs.aws.amazon.com/waf/latest/developerguide/how-aws-waf-works-resources.html
CLOUDFRONT_REGION = "us-east-1"
#: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesOrigin.html
_READ_TIMEOUT_SECONDS = range(MIN_IDLE_TIMEOUT_SECONDS, 120 + 1)
#: https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-type-rate-based-high-level-settings.html
_MIN_RATE_LIMIT = 10


@dataclass(frozen=True, kw_only=True)
class FirewallSettings(Settings):
    """The settings of AWS WAF in front of the distribution."""

    REGION: ClassVar[str] = CLOUDFRONT_REGION

    #: The limit of requests for /stream from one address; those above it get 403. The firewall cannot count those
    #: that are open: 60 streams of one minute each keep twelve environments busy.
    requests_per_five_minutes: int = 60
    #: The limit of all other requests from one address, which are the files of the page.
    page_requests_per_five_minutes: int = 500

    def _check(self) -> None:
        for key in ("requests_per_five_minutes", "page_requests_per_five_minutes"):
            require(key, getattr(self, key), getattr(self, key) >= _MIN_RATE_LIMIT, f"{_MIN_RATE_LIMIT} or more")


@dataclass(frozen=True, kw_only=True)
class EdgeSettings(Settings):
    """The settings of CloudFront in front of the function URL and the page."""

    #: The time that CloudFront waits for the next byte; the heartbeat has to be shorter.
    read_timeout_seconds: int = 60
    #: Without access logs nothing records who called. A log line has the address and no query, and so no input.
    access_logs: bool = True
    #: Your own domain names, and the certificate for all of them, which CloudFront requires to be in us-east-1.
    domain_names: tuple[str, ...] = ()
    certificate_arn: str | None = None
    firewall: FirewallSettings | None = None

    def _check(self) -> None:
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
            self.certificate_arn is None or bool(CERTIFICATE_ARN.fullmatch(self.certificate_arn)),
            "the ARN of a certificate of ACM in us-east-1, or None",
        )
        require(
            "domain_names",
            self.domain_names,
            bool(self.domain_names) == bool(self.certificate_arn),
            "the domain names of certificate_arn, or () without one",
        )
        are_names = all(DOMAIN_NAME.fullmatch(name.removeprefix("*.")) for name in self.domain_names)
        require(
            "domain_names",
            self.domain_names,
            are_names and len(set(self.domain_names)) == len(self.domain_names),
            "domain names such as 'stream.example.com' or '*.example.com', each once, in lower case and without scheme",
        )

    @property
    def has_cloudfront_stacks(self) -> bool:
        """Says whether the stage has stacks in CLOUDFRONT_REGION beside those in its own region."""
        return self.access_logs or self.firewall is not None
