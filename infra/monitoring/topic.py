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
    """A topic with a key of its own, because CloudWatch may not use the key that AWS manages for SNS.

    https://repost.aws/knowledge-center/cloudwatch-configure-alarm-sns
    """

    def __init__(self, scope: Construct, construct_id: str, *, email: str | None) -> None:
        super().__init__(scope, construct_id)
        self._key = self._build_key()
        self.topic = sns.Topic(self, "Topic", master_key=self._key, enforce_ssl=True)
        self.allow_publish("cloudwatch.amazonaws.com")
        if email:
            acknowledge(
                self.topic.add_subscription(subscriptions.EmailSubscription(email)),
                {
                    "Serverless-SNSRedrivePolicy": "CloudWatch keeps the state and the history of every alarm, so a "
                    "notification that a mailbox rejects is not lost, and no consumer would read a dead-letter queue."
                },
            )

    def allow_publish(self, service: str) -> None:
        """Allows a service of AWS, such as `budgets.amazonaws.com`, to publish on behalf of this account only."""
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
