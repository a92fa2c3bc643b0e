"""The access logs of the distribution: standard logging v2, with the fields that may be kept.

They leave out the query, which is the input of a GET, and cookies and referrers. The older standard logging always
writes the query, and requires a bucket with ACLs.
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging.html
"""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from constructs import Construct

from ..nag import acknowledge
from ..settings import CLOUDFRONT_REGION

#: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logs-reference.html
FIELDS = (
    "date",
    "time",
    "x-edge-location",
    "c-ip",
    "c-port",
    "cs-method",
    "x-host-header",
    "cs-uri-stem",
    "sc-status",
    "sc-content-type",
    "sc-bytes",
    "cs-bytes",
    "time-taken",
    "time-to-first-byte",
    "x-edge-result-type",
    "x-edge-response-result-type",
    "x-edge-detailed-result-type",
    "x-edge-request-id",
    "cs(User-Agent)",
    "cs-protocol",
    "cs-protocol-version",
    "ssl-protocol",
    "ssl-cipher",
)
# The names of sources and destinations are unique in an account.
_MAX_NAME_CHARACTERS = 60


class AccessLogBucket(Construct):
    """The bucket, in the region of the stage. Log deliveries of the account may write to it."""

    def __init__(self, scope: Construct, construct_id: str, *, retention_days: int, keep: bool) -> None:
        super().__init__(scope, construct_id)
        self.bucket = s3.Bucket(
            self,
            "Bucket",
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            lifecycle_rules=[s3.LifecycleRule(expiration=cdk.Duration.days(retention_days))],
            auto_delete_objects=not keep,
            removal_policy=cdk.RemovalPolicy.RETAIN if keep else cdk.RemovalPolicy.DESTROY,
        )
        self._allow_delivery()
        acknowledge(
            self.bucket,
            {"AwsSolutions-S1": "The bucket only receives access logs; a log bucket for the log bucket would recurse."},
        )

    @property
    def arn(self) -> str:
        """The ARN for stacks of any region, which may refer to `bucket.bucket_arn` only where the name is fixed."""
        resource = self.bucket.node.default_child
        assert isinstance(resource, s3.CfnBucket)
        return resource.attr_arn

    def _allow_delivery(self) -> None:
        """Allows what the service would otherwise add to the policy itself, behind the template's back.

        https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-V2-S3.html
        """
        stack = cdk.Stack.of(self)
        sources = f"arn:{stack.partition}:logs:{CLOUDFRONT_REGION}:{stack.account}:*"
        of_account = {"aws:SourceAccount": stack.account}
        with_acl = {**of_account, "s3:x-amz-acl": "bucket-owner-full-control"}
        for sid, actions, resource, equals in (
            ("AWSLogDeliveryWrite", ["s3:PutObject"], self.bucket.arn_for_objects("*"), with_acl),
            ("AWSLogDeliveryAclCheck", ["s3:GetBucketAcl", "s3:ListBucket"], self.bucket.bucket_arn, of_account),
        ):
            self.bucket.add_to_resource_policy(
                iam.PolicyStatement(
                    sid=sid,
                    principals=[iam.ServicePrincipal("delivery.logs.amazonaws.com")],
                    actions=actions,
                    resources=[resource],
                    conditions={"StringEquals": equals, "ArnLike": {"aws:SourceArn": sources}},
                )
            )


class AccessLogDelivery(Construct):
    """The delivery from a distribution to a bucket in any region. Its own stack has to be in CLOUDFRONT_REGION."""

    def __init__(
        self, scope: Construct, construct_id: str, *, distribution: cloudfront.IDistribution, bucket_arn: str
    ) -> None:
        super().__init__(scope, construct_id)
        name = cdk.Names.unique_resource_name(self, max_length=_MAX_NAME_CHARACTERS, separator="-")
        source = logs.CfnDeliverySource(
            self, "Source", name=name, log_type="ACCESS_LOGS", resource_arn=distribution.distribution_arn
        )
        destination = logs.CfnDeliveryDestination(
            self, "Destination", name=name, destination_resource_arn=bucket_arn, output_format="json"
        )
        logs.CfnDelivery(
            self,
            "Delivery",
            delivery_source_name=source.ref,
            delivery_destination_arn=destination.attr_arn,
            record_fields=list(FIELDS),
        )
