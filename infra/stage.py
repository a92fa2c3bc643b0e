"""One environment: builds the stacks and hands each the few values that it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_logs as logs
from constructs import Construct

from .alarms.monitored import Service
from .api.stack import ApiStack
from .function.environment import application_environment
from .function.web_function import WebFunctionProps
from .monitoring.stack import MonitoringStack
from .names import STAGE_TAG, STREAM_STACK_ID
from .settings import EdgeSettings, StageSettings
from .stream.stack import StreamStack

if TYPE_CHECKING:
    from .edge.stack import EdgeLogsStack, EdgeStack, FirewallStack


class StreamingStage(cdk.Stage):
    """The stacks of one environment; the edge, its firewall and its logs exist only where the settings ask for
    them."""

    def __init__(self, scope: Construct, settings: StageSettings, *, env: cdk.Environment | None = None) -> None:
        super().__init__(scope, settings.name, env=env)
        self.stream = self._build_stream(settings)
        self.api = self._build_api(settings)
        self.monitoring = self._build_monitoring(settings)
        self.firewall: FirewallStack | None = None
        self.edge_logs: EdgeLogsStack | None = None
        self.edge = self._build_edge(settings, settings.edge) if settings.edge else None
        # The stage is tagged, because tags of the app do not reach the stacks of a stage.
        cdk.Tags.of(self).add(STAGE_TAG, settings.name)
        if settings.keep_logs:
            cdk.RemovalPolicies.of(self).retain(apply_to_resource_types=[logs.CfnLogGroup.CFN_RESOURCE_TYPE_NAME])

    def _build_stream(self, settings: StageSettings) -> StreamStack:
        return StreamStack(
            self,
            STREAM_STACK_ID,
            limits=settings.limits,
            props=_function_props(settings, checks_tokens=True),
            scaling=settings.scaling,
            url_auth=settings.url_auth,
            cors_origins=settings.cors_origins,
            canary=settings.canary,
            alarms=settings.alarms,
            log_retention_days=settings.log_retention_days,
        )

    def _build_api(self, settings: StageSettings) -> ApiStack:
        return ApiStack(
            self,
            "Api",
            stream_function=self.stream.web_function,
            generate_timeout=cdk.Duration.seconds(settings.generate_timeout_seconds),
            generate_concurrency=settings.limits.buffered_reserved_concurrency,
            # The HTTP API in front of the buffered function checks tokens itself.
            props=_function_props(settings, checks_tokens=False),
            jwt=settings.jwt,
            throttle=settings.throttle,
            log_retention_days=settings.log_retention_days,
        )

    def _build_monitoring(self, settings: StageSettings) -> MonitoringStack:
        return MonitoringStack(
            self,
            "Monitoring",
            service=Service(
                stream=self.stream.web_function,
                generate=self.api.web_function,
                http_api=self.api.http_api.api,
                rest_api=self.api.rest_api.api,
            ),
            rollback_alarms=self.stream.rollout.alarms,
            account_concurrency=settings.account_concurrency,
            monthly_budget_usd=settings.limits.monthly_budget_usd,
            email=settings.alarm_email,
            alarms=settings.alarms,
        )

    def _build_edge(self, settings: StageSettings, edge: EdgeSettings) -> EdgeStack:
        # The import is here because CloudFront takes a twentieth of a synth to import, and few stages have an edge.
        from .edge.stack import EdgeLogsStack, EdgeStack, FirewallStack

        if edge.firewall:
            self.firewall = FirewallStack(
                self, "Firewall", settings=edge.firewall, log_retention_days=settings.log_retention_days
            )
        stack = EdgeStack(
            self,
            "Edge",
            function=self.stream.web_function,
            url=self.stream.url,
            heartbeat=cdk.Duration.seconds(settings.heartbeat_seconds),
            settings=edge,
            web_acl_arn=self.firewall.acl_arn if self.firewall else None,
            log_retention_days=settings.log_retention_days,
            keep_logs=settings.keep_logs,
        )
        if stack.access_logs:
            self.edge_logs = EdgeLogsStack(
                self, "EdgeLogs", distribution=stack.edge.distribution, access_logs=stack.access_logs
            )
        return stack


def _function_props(settings: StageSettings, *, checks_tokens: bool) -> WebFunctionProps:
    return WebFunctionProps(
        stage=settings.name,
        source=settings.source,
        bedrock=settings.bedrock,
        extras=("jwt",) if settings.jwt else (),
        environment=application_environment(settings, checks_tokens=checks_tokens),
        memory_mebibytes=settings.memory_mebibytes,
        adapter_layer_arn=settings.adapter_layer_arn,
        bundler=settings.bundler,
    )
