"""The encrypted topic that alarms and the budget write to."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from ..nag import acknowledge


class AlarmTopic(Construct):
    """Has a key of its own: CloudWatch may not use the key that AWS manages for SNS.

    https://repost.aws/knowledge-center/cloudwatch-configure-alarm-sns
    """

    def __init__(self, scope: Construct, construct_id: str, *, email: str | None) -> None:
        super().__init__(scope, construct_id)
        self._key = self._build_key()
        self.topic = sns.Topic(self, "Topic", master_key=self._key, enforce_ssl=True)
        self.let_publish("cloudwatch.amazonaws.com")
        if email:
            acknowledge(
                self.topic.add_subscription(subscriptions.EmailSubscription(email)),
                {
                    "Serverless-SNSRedrivePolicy": "A notification that no mailbox takes is not lost: the alarm keeps "
                    "its state and history in CloudWatch, and a queue of missed ones would have no reader."
                },
            )

    def let_publish(self, service: str) -> None:
        """Of AWS, and on behalf of this account alone."""
        principal = iam.ServicePrincipal(
            service, conditions={"StringEquals": {"aws:SourceAccount": cdk.Stack.of(self).account}}
        )
        self.topic.grant_publish(principal)
        self._key.grant(principal, "kms:Decrypt", "kms:GenerateDataKey*")

    def _build_key(self) -> kms.Key:
        return kms.Key(
            self,
            "Key",
            description="Encrypts the notifications of alarms",
            enable_key_rotation=True,
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )
