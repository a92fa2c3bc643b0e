"""A CloudFront distribution with the page at / and the stream at /stream."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_s3 as s3
from constructs import Construct

from ..nag import acknowledge
from ..names import STREAM_PATH
from ..own_arns import require_own_account
from ..settings import EdgeSettings
from .headers import security_headers
from .page_bucket import PageBucket
from .stream_origin import StreamOrigin

# CloudFront keeps these for 10 s unless told otherwise. The cache key of the stream has no query and no headers, so one
# caller's error would answer everybody's GET.
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/HTTPStatusCodes.html
_CACHED_ERRORS = (400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504)


class Edge(Construct):
    """The distribution and the headers that it adds.

    Raises SettingsError for a certificate of another account.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        page: PageBucket,
        stream: StreamOrigin,
        settings: EdgeSettings,
        web_acl_arn: str | None,
    ) -> None:
        super().__init__(scope, construct_id)
        if settings.certificate_arn:
            require_own_account("certificate_arn", settings.certificate_arn, cdk.Stack.of(self))
        self._headers = security_headers(self, "SecurityHeaders")
        self.distribution = self._build_distribution(page, stream, settings, web_acl_arn)
        stream.allow(self.distribution)
        self._acknowledge(settings)

    @property
    def page_url(self) -> str:
        """The address of the page under CloudFront's own domain name."""
        return f"https://{self.distribution.domain_name}/"

    def _build_distribution(
        self, page: PageBucket, stream: StreamOrigin, settings: EdgeSettings, web_acl_arn: str | None
    ) -> cloudfront.Distribution:
        arn = settings.certificate_arn
        return cloudfront.Distribution(
            self,
            "Distribution",
            default_root_object="index.html",
            default_behavior=self._page_behavior(page.bucket),
            additional_behaviors={STREAM_PATH: self._stream_behavior(stream)},
            domain_names=list(settings.domain_names) or None,
            certificate=acm.Certificate.from_certificate_arn(self, "Certificate", arn) if arn else None,
            minimum_protocol_version=cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021,
            http_version=cloudfront.HttpVersion.HTTP2_AND_3,
            web_acl_id=web_acl_arn,
            error_responses=_uncached_errors(),
        )

    def _page_behavior(self, bucket: s3.IBucket) -> cloudfront.BehaviorOptions:
        return cloudfront.BehaviorOptions(
            origin=origins.S3BucketOrigin.with_origin_access_control(bucket),
            viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
            cache_policy=cloudfront.CachePolicy.CACHING_OPTIMIZED,
            response_headers_policy=self._headers,
        )

    def _stream_behavior(self, stream: StreamOrigin) -> cloudfront.BehaviorOptions:
        return cloudfront.BehaviorOptions(
            origin=stream.origin,
            # A redirect would hide that a prompt or a token was sent unencrypted; a failure is noticed.
            viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
            allowed_methods=cloudfront.AllowedMethods.ALLOW_ALL,
            cache_policy=cloudfront.CachePolicy.CACHING_DISABLED,
            # A function URL rejects a foreign Host header.
            origin_request_policy=cloudfront.OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
            response_headers_policy=self._headers,
            # Compression would hold back events until it has enough of them.
            compress=False,
        )

    def _acknowledge(self, settings: EdgeSettings) -> None:
        reasons = {
            "AwsSolutions-CFR1": "The service is for callers in every country: no setting restricts them by country."
        }
        if settings.firewall is None:
            reasons["AwsSolutions-CFR2"] = (
                "The firewall is a setting of the stage (edge.firewall), and this stage sets None."
            )
        reasons["AwsSolutions-CFR3"] = (
            "Standard logging v2 delivers the access logs (access_logs.py, stack EdgeLogs); this rule sees v1 only."
            if settings.access_logs
            else "Access logs are a setting of the stage (edge.access_logs), and this stage turns them off."
        )
        if settings.certificate_arn is None:
            reasons["AwsSolutions-CFR4"] = (
                "With the certificate of *.cloudfront.net CloudFront accepts TLSv1 whatever the template says; "
                "domain_names and certificate_arn raise the minimum to TLSv1.2."
            )
        acknowledge(self.distribution, reasons)


def _uncached_errors() -> list[cloudfront.ErrorResponse]:
    return [cloudfront.ErrorResponse(http_status=status, ttl=cdk.Duration.seconds(0)) for status in _CACHED_ERRORS]
