"""How a new version of a function reaches the alias, and what stops it."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_codedeploy as codedeploy
from aws_cdk import aws_iam as iam
from constructs import Construct

from ..alarms.alarm import AlarmRecord, add_alarm
from ..alarms.endpoints import url_errors_alarm
from ..alarms.functions import errors_alarm
from ..alarms.streams import slow_first_byte_alarm, source_errors_alarm, truncated_streams_alarm
from ..function.web_function import WebFunction
from ..settings import AlarmSettings, CanarySettings


class Rollout(Construct):
    """CodeDeploy on the alias `live`, and the brakes: the alarms that say that a version is bad.

    Their metrics are of both versions. Counts see one failure of either; a share has to be lower than the canary's part
    of the callers, and the canary's part more than the tenth that p90 leaves out (settings/canary.py). None of them is
    on capacity or traffic, which a version does not change.
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
        records = _brake_records(function, alarms)
        self.brakes = [add_alarm(self, record, runbook_url=alarms.runbook_url) for record in records]
        codedeploy.LambdaDeploymentGroup(
            self,
            "Group",
            alias=function.alias,
            deployment_config=self._build_config(canary),
            # All at once there is no time to brake in, and a brake that is on already would stop the very fix.
            alarms=self.brakes if canary else None,
            # CDK would add a managed policy for every function of the account.
            role=self._build_role(function).without_policy_updates(),
        )

    def _build_config(self, canary: CanarySettings | None) -> codedeploy.ILambdaDeploymentConfig:
        if canary is None:
            return codedeploy.LambdaDeploymentConfig.ALL_AT_ONCE
        # CodeDeploy's own canaries are of 10 %, or end before a long stream does.
        return codedeploy.LambdaDeploymentConfig(
            self,
            "Canary",
            traffic_routing=codedeploy.TimeBasedCanaryTrafficRouting(
                percentage=canary.percent, interval=cdk.Duration.minutes(canary.minutes)
            ),
        )

    def _build_role(self, function: WebFunction) -> iam.Role:
        """The part of AWSCodeDeployRoleForLambdaLimited that concerns this alias and has no use for S3 or hooks.

        https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSCodeDeployRoleForLambdaLimited.html
        """
        function_arn = function.function.function_arn
        # Not the alias's own reference: the alias refers to the group, and the group to this role.
        alias_arn = f"{function_arn}:{function.alias.alias_name}"
        allowed = {
            ("lambda:GetAlias", "lambda:UpdateAlias"): [function_arn, alias_arn],
            ("lambda:GetProvisionedConcurrencyConfig",): [alias_arn],
            ("cloudwatch:DescribeAlarms",): [brake.alarm_arn for brake in self.brakes],
        }
        statements = [
            iam.PolicyStatement(actions=list(actions), resources=resources) for actions, resources in allowed.items()
        ]
        return iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal("codedeploy.amazonaws.com"),
            # Inside the role, so that it is there when the first deployment is.
            inline_policies={"Rollout": iam.PolicyDocument(statements=statements)},
        )


def _brake_records(function: WebFunction, alarms: AlarmSettings) -> tuple[AlarmRecord, ...]:
    return (
        errors_alarm("Stream", function, alarms),
        url_errors_alarm(function, alarms),
        source_errors_alarm(function.metrics, alarms),
        truncated_streams_alarm(function.metrics, alarms),
        slow_first_byte_alarm(function.metrics, alarms),
    )
