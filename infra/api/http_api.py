"""An HTTP API in front of the buffered function. An HTTP API cannot stream, so it answers as a whole."""

from __future__ import annotations

import aws_cdk as cdk
import jsii
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_apigatewayv2 as apigatewayv2
from aws_cdk import aws_apigatewayv2_authorizers as authorizers
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from ..function.adapter_variables import HEALTH_PATH
from ..function.web_function import WebFunction
from ..guards import require_within
from ..log_groups import log_group
from ..settings import JwtSettings, ThrottleSettings
from .access_logs import access_log_format

# The quota is 30 s and cannot be raised. https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
_MAX_FUNCTION_TIMEOUT = cdk.Duration.seconds(29)
# Who asks: a signature's principal, or a token's subject and issuer.
_CALLER = ("identity.userArn", "authorizer.claims.sub", "authorizer.claims.iss")


class BufferedHttpApi(Construct):
    """The API with its routes, its throttle and its access log. Raises WiringError for a function that does not fit."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        function: WebFunction,
        jwt: JwtSettings | None,
        throttle: ThrottleSettings,
        log_retention_days: int,
    ) -> None:
        super().__init__(scope, construct_id)
        function.require_mode(lambda_.InvokeMode.BUFFERED, "an HTTP API")
        require_within(function.timeout, function.node.path, _MAX_FUNCTION_TIMEOUT, "the HTTP API's integration")
        self.api = apigatewayv2.HttpApi(
            self, "HttpApi", create_default_stage=False, default_authorizer=_authorizer(jwt)
        )
        self._add_routes(function, jwt)
        self.stage = apigatewayv2.HttpStage(
            self,
            "Stage",
            http_api=self.api,
            stage_name="$default",
            auto_deploy=True,
            throttle=_throttle(throttle, function),
            access_log_settings=_JsonAccessLog(log_group(self, "AccessLogs", retention_days=log_retention_days)),
        )

    def _add_routes(self, function: WebFunction, jwt: JwtSettings | None) -> None:
        integration = integrations.HttpLambdaIntegration("Function", function.alias)
        scopes = [jwt.scope] if jwt and jwt.scope else None
        for path, method in (("/generate", apigatewayv2.HttpMethod.POST), (HEALTH_PATH, apigatewayv2.HttpMethod.GET)):
            self.api.add_routes(path=path, methods=[method], integration=integration, authorization_scopes=scopes)


def _throttle(throttle: ThrottleSettings, function: WebFunction) -> apigatewayv2.ThrottleSettings:
    """Returns the throttle of the settings, or the lower one that the function's reservation can serve.

    A burst may take the whole reservation, and the rate is that at which answers end if each takes the whole timeout.
    Callers above it get 429 from the API. Lambda's own throttling, which would be a 5xx and fire an alarm, is left for
    requests that follow a full burst of the slowest answers.
    """
    rate, burst = float(throttle.requests_per_second), throttle.burst_requests
    if reserved := function.reserved_concurrency:
        hundredths = int(100 * reserved / function.timeout.to_seconds())
        rate, burst = min(rate, hundredths / 100), min(burst, reserved)
    return apigatewayv2.ThrottleSettings(rate_limit=rate, burst_limit=burst)


def _authorizer(jwt: JwtSettings | None) -> apigatewayv2.IHttpRouteAuthorizer:
    if jwt is None:
        return authorizers.HttpIamAuthorizer()
    return authorizers.HttpJwtAuthorizer("Jwt", jwt.issuer, jwt_audience=list(jwt.audience))


@jsii.implements(apigatewayv2.IAccessLogSettings)
class _JsonAccessLog:
    """The interface that jsii requires: a destination alone cannot be passed from Python."""

    def __init__(self, group: logs.ILogGroup) -> None:
        self._destination = apigatewayv2.LogGroupLogDestination(group)

    @property
    def destination(self) -> apigatewayv2.IAccessLogDestination:
        return self._destination

    @property
    def format(self) -> apigateway.AccessLogFormat:
        return access_log_format(*_CALLER)
