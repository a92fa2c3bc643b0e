"""Every environment variable of the functions: no other module of infra sets one.

The names belong to those who read them: the application, and the Lambda Web Adapter.
"""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import aws_lambda as lambda_

from functions.stream.streaming import settings as application
from functions.stream.streaming.host import hooks

from ..settings import JwtSettings, StageSettings
from . import adapter_variables as adapter
from .metrics import StreamMetrics

_PORT = 8080
_ADAPTER_MODES = {
    lambda_.InvokeMode.BUFFERED: adapter.BUFFERED,
    lambda_.InvokeMode.RESPONSE_STREAM: adapter.RESPONSE_STREAM,
}
# The adapter calls these paths itself, and lets nobody else reach them.
# https://aws.github.io/aws-lambda-web-adapter/features/snapstart.html
_SNAP_START_HOOKS = {
    hooks.BEFORE_CHECKPOINT_PATH: "/snapstart/before-checkpoint",
    hooks.AFTER_RESTORE_PATH: "/snapstart/after-restore",
}


def application_environment(settings: StageSettings, *, checks_tokens: bool) -> dict[str, str]:
    """Returns what the application reads and what does not depend on the function that it runs in.

    `checks_tokens` is False for a function behind an API that checks the tokens of `settings.jwt` itself.
    """
    environment = {
        application.MAX_INPUT_BYTES: str(settings.limits.max_input_bytes),
        application.MAX_OUTPUT_TOKENS: str(settings.limits.max_output_tokens),
        application.HEARTBEAT_SECONDS: str(settings.heartbeat_seconds),
        application.DEADLINE_MARGIN_SECONDS: str(settings.deadline_margin_seconds),
    }
    if settings.log_text:
        environment[application.LOG_TEXT] = "true"
    if settings.hash_callers:
        environment[application.HASH_CALLERS] = "true"
    if settings.cors_origins:
        environment[application.CORS_ORIGINS] = " ".join(settings.cors_origins)
    if bedrock := settings.bedrock:
        environment[application.BEDROCK_MODEL_ID] = bedrock.inference_profile_id or bedrock.model_id
    if settings.jwt and checks_tokens:
        environment |= _token_environment(settings.jwt)
    return environment


def function_environment(
    application_variables: Mapping[str, str],
    metrics: StreamMetrics,
    invoke_mode: lambda_.InvokeMode,
    *,
    snap_start: bool,
) -> dict[str, str]:
    """Adds the dimensions of the function's metrics and the configuration of its adapter."""
    return {
        **application_variables,
        application.SERVICE: metrics.service,
        application.STAGE: metrics.stage,
        application.SOURCE: metrics.source,
        adapter.EXEC_WRAPPER: adapter.RUN_SH,
        adapter.INVOKE_MODE: _ADAPTER_MODES[invoke_mode],
        adapter.PASS_THROUGH_PATH: adapter.EVENTS_PATH,
        adapter.PORT: str(_PORT),
        adapter.READINESS_CHECK_PATH: adapter.HEALTH_PATH,
        **(_SNAP_START_HOOKS if snap_start else {}),
    }


def _token_environment(jwt: JwtSettings) -> dict[str, str]:
    environment = {
        application.JWT_ISSUER: jwt.issuer,
        application.JWT_AUDIENCE: " ".join(jwt.audience),
        adapter.AUTHORIZATION_SOURCE: application.TOKEN_HEADER,
    }
    return environment | ({application.JWT_SCOPE: jwt.scope} if jwt.scope else {})
