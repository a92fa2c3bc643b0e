"""A regional REST API whose responses stream, for up to 15 minutes.

https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode.html
"""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from ..function.web_function import WebFunction
from ..guards import require_regional, require_within
from ..log_groups import log_group
from ..nag import acknowledge
from ..settings import ThrottleSettings
from .access_logs import access_log_format

_STAGE_NAME = "v1"
_TRANSFER_MODES = {
    lambda_.InvokeMode.BUFFERED: apigateway.ResponseTransferMode.BUFFERED,
    lambda_.InvokeMode.RESPONSE_STREAM: apigateway.ResponseTransferMode.STREAM,
}


def streaming_integration(
    api: apigateway.RestApi, function: WebFunction, timeout: cdk.Duration
) -> apigateway.LambdaIntegration:
    """Builds the integration. Raises WiringError for a function, a timeout or an API that cannot stream."""
    function.require_mode(lambda_.InvokeMode.RESPONSE_STREAM, "a REST API that streams")
    require_within(function.timeout, function.node.path, timeout, f"the integration of {api.node.path}")
    require_within(timeout, f"the integration of {api.node.path}", cdk.Duration.minutes(15), "API Gateway's limit")
    require_regional(api)
    return apigateway.LambdaIntegration(
        function.alias,
        response_transfer_mode=_TRANSFER_MODES[function.invoke_mode],
        # The default is 29 s.
        timeout=timeout,
        allow_test_invoke=False,
    )


class StreamingRestApi(Construct):
    """The API with its methods, its throttle and its access log."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        function: WebFunction,
        throttle: ThrottleSettings,
        log_retention_days: int,
    ) -> None:
        super().__init__(scope, construct_id)
        self.api = self._build_api(throttle, log_retention_days)
        self._add_execution_logs(log_retention_days)
        integration = streaming_integration(self.api, function, function.timeout)
        stream = self.api.root.add_resource("stream")
        for verb in ("GET", "POST"):
            acknowledge(
                stream.add_method(verb, integration),
                {
                    "AwsSolutions-COG4": "The method requires IAM (AuthorizationType AWS_IAM); this rule accepts "
                    "Cognito only."
                },
            )

    def _add_execution_logs(self, retention_days: int) -> None:
        """Owns the log group that API Gateway would otherwise make, which would never expire and outlive the stack.

        https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
        """
        name = f"API-Gateway-Execution-Logs_{self.api.rest_api_id}/{_STAGE_NAME}"
        group = log_group(self, "ExecutionLogs", name=name, retention_days=retention_days)
        # API Gateway makes it with the stage, unless it is there.
        self.api.deployment_stage.node.add_dependency(group)

    def _build_api(self, throttle: ThrottleSettings, log_retention_days: int) -> apigateway.RestApi:
        access_logs = log_group(self, "AccessLogs", retention_days=log_retention_days)
        api = apigateway.RestApi(
            self,
            "RestApi",
            # The name is the dimension of the API's metrics; by default all stages of an account would share it.
            rest_api_name=cdk.Stack.of(self).stack_name,
            endpoint_types=[apigateway.EndpointType.REGIONAL],
            # An API with access logs does not deploy in an account without the role for CloudWatch.
            # https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
            cloud_watch_role=True,
            cloud_watch_role_removal_policy=cdk.RemovalPolicy.RETAIN,
            default_method_options=apigateway.MethodOptions(authorization_type=apigateway.AuthorizationType.IAM),
            deploy_options=apigateway.StageOptions(
                stage_name=_STAGE_NAME,
                access_log_destination=apigateway.LogGroupLogDestination(access_logs),
                access_log_format=access_log_format("identity.userArn"),
                logging_level=apigateway.MethodLoggingLevel.ERROR,
                tracing_enabled=True,
                throttling_rate_limit=throttle.requests_per_second,
                throttling_burst_limit=throttle.burst_requests,
            ),
        )
        _acknowledge_api(api)
        return api


def _acknowledge_api(api: apigateway.RestApi) -> None:
    acknowledge(
        api,
        {
            "AwsSolutions-APIG2": "The function validates every field and names the wrong one in its 422; a validator "
            "of the API would answer first, with a 400 that names none."
        },
    )
    acknowledge(
        api.deployment_stage,
        {"AwsSolutions-APIG3": "Every method requires IAM, so no anonymous request reaches the function."},
    )
    acknowledge(
        api.node.find_child("CloudWatchRole"),
        {
            "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/"
            "AmazonAPIGatewayPushToCloudWatchLogs]": "API Gateway takes one role for all log groups of an account "
            "and region, and its documentation requires this managed policy on it."
        },
    )
