"""A streaming function URL as an origin that one distribution may call, and nobody goes round."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from ..function.web_function import WebFunction
from ..guards import require_mode, require_signed, require_within
from ..stream.url import StreamUrl

_BEHAVIOR = "CloudFront's wait for the next byte"


class StreamOrigin(Construct):
    """Not `FunctionUrlOrigin.with_origin_access_control`: it permits the call on `Url.FunctionArn`, which nothing
    documents to be the alias, and a permission on another qualifier is a 403.
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
        require_mode(function, lambda_.InvokeMode.RESPONSE_STREAM, "a distribution that streams")
        require_signed(url.function_url)
        require_within(heartbeat, f"the heartbeat of {function.node.path}", read_timeout, _BEHAVIOR)
        self._function = function
        access = cloudfront.FunctionUrlOriginAccessControl(self, "AccessControl")
        self.origin = origins.HttpOrigin(
            # Of the stream's address, a joined text: cfn-lint refuses Fn::Split of another stack's output itself.
            cdk.Fn.parse_domain_name(url.stream_url),
            protocol_policy=cloudfront.OriginProtocolPolicy.HTTPS_ONLY,
            origin_access_control_id=access.origin_access_control_id,
            read_timeout=read_timeout,
            # The function ends first; this is for a connection that hangs.
            response_completion_timeout=function.timeout.plus(read_timeout),
            # CloudFront repeats a GET that it got no answer to, and each time is a generation that is billed.
            # https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesOrigin.html
            connection_attempts=1,
        )

    def allow(self, distribution: cloudfront.Distribution) -> None:
        """Both permissions that a function URL asks for. https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"""
        for construct_id, action, via_url in (
            ("InvokeUrl", "lambda:InvokeFunctionUrl", None),
            ("InvokeFunction", "lambda:InvokeFunction", True),
        ):
            self._function.alias.add_permission(
                construct_id,
                # Here and not beside the function: its stack would have to know the distribution, which has to know it.
                scope=self,
                action=action,
                principal=iam.ServicePrincipal("cloudfront.amazonaws.com"),
                source_arn=distribution.distribution_arn,
                invoked_via_function_url=via_url,
            )
