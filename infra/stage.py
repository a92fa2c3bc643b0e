"""One environment: builds the stacks and hands each the few values that it needs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import aws_cdk as cdk
from constructs import Construct

from functions.stream.streaming import settings as names

from .alarms.monitored import Service
from .api.stack import ApiStack
from .function import adapter
from .function.web_function import WebFunctionProps
from .monitoring.budget import STAGE_TAG
from .monitoring.stack import MonitoringStack
from .settings import EdgeSettings, JwtSettings, StageSettings
from .stream.stack import StreamStack

if TYPE_CHECKING:
    from .edge.stack import EdgeStack, FirewallStack


class StreamingStage(cdk.Stage):
    def __init__(self, scope: Construct, settings: StageSettings, *, env: cdk.Environment | None = None) -> None:
        super().__init__(scope, settings.name, env=env)
        props = _function_props(settings)
        self.stream = StreamStack(
            self,
            "Stream",
            limits=settings.limits,
            # Not the twin, which is behind an API that checks tokens itself.
            props=replace(props, environment={**props.environment, **_token_environment(settings.jwt)}),
            scaling=settings.scaling,
            url_auth=settings.url_auth,
            cors_origins=settings.cors_origins,
            bedrock=settings.bedrock,
            canary=settings.canary,
            alarms=settings.alarms,
        )
        self.api = ApiStack(
            self,
            "Api",
            stream_function=self.stream.web_function,
            generate_timeout=cdk.Duration.seconds(settings.generate_timeout_seconds),
            props=props,
            bedrock=settings.bedrock,
            jwt=settings.jwt,
            throttle=settings.throttle,
        )
        self.monitoring = self._build_monitoring(settings)
        self.firewall: FirewallStack | None = None
        self.edge = self._build_edge(settings, settings.edge) if settings.edge else None
        # On the stage: tags of the app do not reach into one.
        cdk.Tags.of(self).add(STAGE_TAG, settings.name)

    def _build_edge(self, settings: StageSettings, edge: EdgeSettings) -> EdgeStack:
        # Not before: CloudFront takes a twentieth of a synth to import, and few stages have an edge.
        from .edge.stack import EdgeStack, FirewallStack

        if edge.firewall:
            self.firewall = FirewallStack(self, "Firewall", settings=edge.firewall)
        return EdgeStack(
            self,
            "Edge",
            function=self.stream.web_function,
            url=self.stream.url,
            heartbeat=cdk.Duration.seconds(settings.heartbeat_seconds),
            settings=edge,
            web_acl_arn=self.firewall.acl_arn if self.firewall else None,
            log_retention_days=settings.log_retention_days,
        )

    def _build_monitoring(self, settings: StageSettings) -> MonitoringStack:
        return MonitoringStack(
            self,
            "Monitoring",
            service=Service(
                stream=self.stream.web_function,
                generate=self.api.web_function,
                http_api=self.api.generate_api.api,
                rest_api=self.api.stream_api.api,
            ),
            brakes=self.stream.rollout.brakes,
            account_concurrency=settings.account_concurrency,
            monthly_budget_usd=settings.limits.monthly_budget_usd,
            email=settings.alarm_email,
            alarms=settings.alarms,
        )


def _function_props(settings: StageSettings) -> WebFunctionProps:
    return WebFunctionProps(
        stage=settings.name,
        source=settings.source,
        extras=("jwt",) if settings.jwt else (),
        environment=_environment(settings),
        memory_mebibytes=settings.memory_mebibytes,
        log_retention_days=settings.log_retention_days,
        adapter_layer_arn=settings.adapter_layer_arn,
        bundler=settings.bundler,
    )


def _environment(settings: StageSettings) -> dict[str, str]:
    environment = {
        names.MAX_INPUT_BYTES: str(settings.limits.max_input_bytes),
        names.MAX_OUTPUT_TOKENS: str(settings.limits.max_output_tokens),
        names.HEARTBEAT_SECONDS: str(settings.heartbeat_seconds),
        names.DEADLINE_MARGIN_SECONDS: str(settings.deadline_margin_seconds),
    }
    if settings.log_text:
        environment[names.LOG_TEXT] = "true"
    if bedrock := settings.bedrock:
        environment[names.BEDROCK_MODEL_ID] = bedrock.inference_profile_id or bedrock.model_id
    return environment


def _token_environment(jwt: JwtSettings | None) -> dict[str, str]:
    if jwt is None:
        return {}
    environment = {
        names.JWT_ISSUER: jwt.issuer,
        names.JWT_AUDIENCE: " ".join(jwt.audience),
        adapter.AUTHORIZATION_SOURCE: names.TOKEN_HEADER,
    }
    return environment | ({names.JWT_SCOPE: jwt.scope} if jwt.scope else {})
