"""The rollout of a new version to the alias, and the alarms that roll it back."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_codedeploy as codedeploy
from aws_cdk import aws_iam as iam
from constructs import Construct

from ..alarms.alarm import AlarmRecord
from ..alarms.endpoints import url_errors_alarm
from ..alarms.functions import errors_alarm
from ..alarms.streams import slow_first_byte_alarm, source_errors_alarm, truncated_streams_alarm
from ..function.web_function import WebFunction
from ..settings import AlarmSettings, CanarySettings


class Rollout(Construct):
    """CodeDeploy on the alias `live`, and the rollback alarms: those that mean that a version is bad.

    Metrics mix the old and the new version, so a canary of P % can move a rate by at most P %. Thresholds of rates must
    be below P (settings/stage.py), and P above 10, or p90 cannot move (settings/canary.py). No rollback alarm watches
    capacity or traffic, because a version does not change these.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        function: WebFunction,
        canary: CanarySettings | None,
        alarms: AlarmSettings,
    ) -> None:
        super().__init__(scope, construct_id)
        self.alarms = [record.add_to(self, alarms.runbook_url) for record in _rollback_records(function, alarms)]
        codedeploy.LambdaDeploymentGroup(
            self,
            "Group",
            alias=function.alias,
            deployment_config=self._build_config(canary),
            # All at once leaves no time to roll back in, and an alarm that fires already would stop its own fix.
            alarms=self.alarms if canary else None,
            # CDK would add a managed policy that covers every function of the account.
            role=self._build_role(function).without_policy_updates(),
        )

    def _build_config(self, canary: CanarySettings | None) -> codedeploy.ILambdaDeploymentConfig:
        if canary is None:
            return codedeploy.LambdaDeploymentConfig.ALL_AT_ONCE
        # CodeDeploy's predefined canaries shift 10 %, or end before a long stream does.
        return codedeploy.LambdaDeploymentConfig(
            self,
            "Canary",
            traffic_routing=codedeploy.TimeBasedCanaryTrafficRouting(
                percentage=canary.percent, interval=cdk.Duration.minutes(canary.minutes)
            ),
        )

    def _build_role(self, function: WebFunction) -> iam.Role:
        """Allows what AWSCodeDeployRoleForLambdaLimited allows, on this alias only, without S3 and lifecycle hooks.

        https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSCodeDeployRoleForLambdaLimited.html
        """
        function_arn = function.function.function_arn
        # The alias's own reference would be a circle: the alias refers to the group, and the group to this role.
        alias_arn = f"{function_arn}:{function.alias.alias_name}"
        allowed = {
            ("lambda:GetAlias", "lambda:UpdateAlias"): [function_arn, alias_arn],
            ("lambda:GetProvisionedConcurrencyConfig",): [alias_arn],
            ("cloudwatch:DescribeAlarms",): [alarm.alarm_arn for alarm in self.alarms],
        }
        statements = [
            iam.PolicyStatement(actions=list(actions), resources=resources) for actions, resources in allowed.items()
        ]
        return iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal("codedeploy.amazonaws.com"),
            # An inline policy exists as soon as the role does, and so before the first deployment.
            inline_policies={"Rollout": iam.PolicyDocument(statements=statements)},
        )


def _rollback_records(function: WebFunction, alarms: AlarmSettings) -> tuple[AlarmRecord, ...]:
    return (
        errors_alarm("Stream", function, alarms),
        url_errors_alarm(function, alarms),
        source_errors_alarm(function.metrics, alarms),
        truncated_streams_alarm(function.metrics, alarms),
        slow_first_byte_alarm(function.metrics, alarms),
    )
