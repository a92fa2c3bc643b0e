"""A streaming function URL as the origin of one distribution, which no caller can bypass."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from ..function.web_function import WebFunction
from ..guards import require_signed, require_within
from ..stream.url import StreamUrl

_READ_TIMEOUT = "CloudFront's wait for the next byte"


class StreamOrigin(Construct):
    """The origin and its access control. Raises WiringError for a function, URL or heartbeat that does not fit.

    `FunctionUrlOrigin.with_origin_access_control` would grant the permission on `Url.FunctionArn`. No documentation
    says that this is the ARN of the alias, and with a permission on another qualifier every call is a 403.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        function: WebFunction,
        url: StreamUrl,
        heartbeat: cdk.Duration,
        read_timeout: cdk.Duration,
    ) -> None:
        super().__init__(scope, construct_id)
        function.require_mode(lambda_.InvokeMode.RESPONSE_STREAM, "a distribution that streams")
        require_signed(url.function_url)
        require_within(heartbeat, f"the heartbeat of {function.node.path}", read_timeout, _READ_TIMEOUT)
        self._function = function
        access = cloudfront.FunctionUrlOriginAccessControl(self, "AccessControl")
        self.origin = origins.HttpOrigin(
            # The argument is a joined text, because cfn-lint rejects Fn::Split of another stack's output.
            cdk.Fn.parse_domain_name(url.stream_url),
            protocol_policy=cloudfront.OriginProtocolPolicy.HTTPS_ONLY,
            origin_access_control_id=access.origin_access_control_id,
            read_timeout=read_timeout,
            # The function ends first; this timeout ends a connection that hangs.
            response_completion_timeout=function.timeout.plus(read_timeout),
            # CloudFront repeats a GET without an answer, and each attempt is billed as a generation.
            # https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesOrigin.html
            connection_attempts=1,
        )

    def allow(self, distribution: cloudfront.Distribution) -> None:
        """Grants both permissions that a function URL requires. https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"""
        for construct_id, action, via_url in (
            ("InvokeUrl", "lambda:InvokeFunctionUrl", None),
            ("InvokeFunction", "lambda:InvokeFunction", True),
        ):
            self._function.alias.add_permission(
                construct_id,
                # Beside the function it would be a circle: its stack and the distribution would refer to each other.
                scope=self,
                action=action,
                principal=iam.ServicePrincipal("cloudfront.amazonaws.com"),
                source_arn=distribution.distribution_arn,
                invoked_via_function_url=via_url,
            )
