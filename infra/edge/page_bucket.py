"""A bucket with the page, which only a distribution can read."""

from __future__ import annotations

import tempfile
from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_assets as s3_assets
from aws_cdk import aws_s3_deployment as s3_deployment
from constructs import Construct

from ..log_groups import log_group
from ..nag import acknowledge
from .page import compose_page


class PageBucket(Construct):
    """The bucket and the deployment of its files.

    `BucketDeployment` adds a function with the AWS CLI for a handful of small files. There is no leaner idiomatic
    option: a custom resource would be a function too, and the bucket of the bootstrap stack must stay closed.
    """

    def __init__(self, scope: Construct, construct_id: str, *, log_retention_days: int) -> None:
        super().__init__(scope, construct_id)
        self.bucket = s3.Bucket(
            self,
            "Bucket",
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            auto_delete_objects=True,
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )
        acknowledge(
            self.bucket,
            {"AwsSolutions-S1": "The bucket holds the public page, and its policy allows one distribution to read it."},
        )
        self._deploy(log_retention_days)

    def _deploy(self, log_retention_days: int) -> None:
        with tempfile.TemporaryDirectory() as folder:
            compose_page(Path(folder))
            page = s3_assets.Asset(self, "Page", path=folder)
        logs = log_group(self, "Logs", retention_days=log_retention_days)
        role = self._build_role(page)
        logs.grant_write(role)
        deployment = s3_deployment.BucketDeployment(
            self,
            "Deployment",
            destination_bucket=self.bucket,
            sources=[s3_deployment.Source.bucket(page.bucket, page.s3_object_key)],
            # CloudFront caches the page but revalidates it each time, so nothing has to be invalidated.
            cache_control=[s3_deployment.CacheControl.no_cache()],
            # CDK's own grants are wildcards; one of them covers every asset of the account.
            role=role.without_policy_updates(),
            log_group=logs,
        )
        _acknowledge_handler(deployment)

    def _build_role(self, page: s3_assets.Asset) -> iam.Role:
        """Allows the calls of `aws s3 cp` of the asset and of `aws s3 sync --delete` into the bucket."""
        role = iam.Role(self, "DeploymentRole", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        objects = self.bucket.arn_for_objects("*")
        for actions, allowed in (
            (["s3:GetObject"], page.bucket.arn_for_objects(page.s3_object_key)),
            (["s3:ListBucket"], self.bucket.bucket_arn),
            (["s3:PutObject", "s3:DeleteObject"], objects),
        ):
            role.add_to_policy(iam.PolicyStatement(actions=actions, resources=[allowed]))
        resource = self.bucket.node.default_child
        assert isinstance(resource, s3.CfnBucket)
        bucket_id = cdk.Stack.of(self).get_logical_id(resource)
        acknowledge(
            role,
            {
                f"AwsSolutions-IAM5[Resource::<{bucket_id}.Arn>/*]": "The bucket holds only the page, and a deployment "
                "replaces all of it."
            },
        )
        return role


def _acknowledge_handler(deployment: s3_deployment.BucketDeployment) -> None:
    handler = deployment.node.find_child("CustomResourceHandler")
    assert isinstance(handler, lambda_.SingletonFunction)
    runtime = "CDK chooses the runtime of this handler, and BucketDeployment has no property for it."
    acknowledge(
        handler.permissions_node.find_child("Resource"),
        {
            "AwsSolutions-L1": runtime,
            "Serverless-LambdaLatestVersion": runtime,
            "Serverless-LambdaDLQ": "Only CloudFormation invokes the handler, and it waits for the response: a failure "
            "fails the deployment.",
            "Serverless-LambdaTracing": "The handler runs once per deployment; the events of the stack hold its error.",
        },
    )
