"""The stacks of the edge: CloudFront with the page and the stream, its firewall, and the delivery of its logs."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_cloudfront as cloudfront
from constructs import Construct

from ..function.web_function import WebFunction
from ..log_groups import log_group
from ..settings import CLOUDFRONT_REGION, EdgeSettings, FirewallSettings, SettingsError
from ..stream.url import StreamUrl
from .access_logs import AccessLogBucket, AccessLogDelivery
from .distribution import Edge
from .firewall import Firewall
from .page_bucket import PageBucket
from .stream_origin import StreamOrigin

_AUTO_DELETE_PROVIDER = "Custom::S3AutoDeleteObjectsCustomResourceProvider"


class EdgeStack(cdk.Stack):
    """The stack of the distribution. It depends on the function's stack and holds the permissions to invoke it."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        function: WebFunction,
        url: StreamUrl,
        heartbeat: cdk.Duration,
        settings: EdgeSettings,
        web_acl_arn: str | None,
        log_retention_days: int,
        keep_logs: bool,
    ) -> None:
        super().__init__(scope, construct_id, description="CloudFront with the page and the stream")
        stream = StreamOrigin(
            self,
            "StreamOrigin",
            function=function,
            url=url,
            heartbeat=heartbeat,
            read_timeout=cdk.Duration.seconds(settings.read_timeout_seconds),
        )
        self.edge = Edge(
            self,
            "Edge",
            page=PageBucket(self, "Page", log_retention_days=log_retention_days),
            stream=stream,
            settings=settings,
            web_acl_arn=web_acl_arn,
        )
        self.access_logs = (
            AccessLogBucket(self, "AccessLogs", retention_days=log_retention_days, keep=keep_logs)
            if settings.access_logs
            else None
        )
        self._own_auto_delete_logs(log_retention_days)
        cdk.CfnOutput(self, "PageUrl", value=self.edge.page_url, description="The web page; the stream is at /stream")
        cdk.CfnOutput(self, "DistributionDomainName", value=self.edge.distribution.domain_name)

    def _own_auto_delete_logs(self, retention_days: int) -> None:
        """Gives the handler that empties buckets a log group; its own would never expire and would outlive the stack.

        CDK makes one handler for all buckets of a stack, and has no property for its logs.
        """
        handler = self.node.find_child(_AUTO_DELETE_PROVIDER).node.find_child("Handler")
        assert isinstance(handler, cdk.CfnResource)
        group = log_group(self, "AutoDeleteLogs", retention_days=retention_days)
        handler.add_property_override("LoggingConfig", {"LogGroup": group.log_group_name})


class FirewallStack(cdk.Stack):
    """The stack of the firewall, in us-east-1 whatever the region of the stage.

    `scope` is the stage. Raises SettingsError where the account or the region of the stage is unknown at synth.
    """

    def __init__(
        self, scope: cdk.Stage, construct_id: str, *, settings: FirewallSettings, log_retention_days: int
    ) -> None:
        if scope.region is None or scope.account is None:
            raise SettingsError(
                f"Setting firewall: got {settings!r} in an account and a region that are not known at synth; allowed: "
                "None, or credentials and a region (AWS_PROFILE, AWS_REGION), so that stacks of two regions can refer "
                "to each other."
            )
        env = cdk.Environment(account=scope.account, region=CLOUDFRONT_REGION)
        super().__init__(scope, construct_id, description="AWS WAF for the distribution", env=env)
        self.acl_arn = Firewall(self, "Firewall", settings=settings, log_retention_days=log_retention_days).acl_arn


class EdgeLogsStack(cdk.Stack):
    """The stack of the delivery of access logs, in us-east-1 whatever the region of the stage.

    CloudFront's deliveries exist in that region only, also those to a bucket elsewhere. `scope` is the stage. A synth
    without credentials, which nobody deploys, knows no region, and the stack has none either.
    """

    def __init__(
        self,
        scope: cdk.Stage,
        construct_id: str,
        *,
        distribution: cloudfront.IDistribution,
        access_logs: AccessLogBucket,
    ) -> None:
        is_known = scope.account is not None and scope.region is not None
        env = cdk.Environment(account=scope.account, region=CLOUDFRONT_REGION) if is_known else None
        super().__init__(scope, construct_id, description="Delivery of the distribution's access logs", env=env)
        AccessLogDelivery(self, "Delivery", distribution=distribution, bucket_arn=access_logs.arn)
