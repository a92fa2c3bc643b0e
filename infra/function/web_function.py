"""An ASGI application as a Lambda function behind the Lambda Web Adapter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_python_alpha as lambda_python
from constructs import Construct

from ..bundle.bundle import Machine, stream_bundle
from ..bundle.host_image import bundling_options
from ..guards import require_snap_start_region
from ..log_groups import log_group
from ..nag import acknowledge
from ..settings import Bundler, ScalingSettings
from . import adapter
from .auto_scaling import add_auto_scaling
from .metrics import StreamMetrics

_ACKNOWLEDGED = {
    "Serverless-LambdaDLQ": "Only synchronous invocations reach it (function URL, API Gateway), and a dead-letter "
    "queue receives none of these.",
    "Serverless-LambdaTracing": "No X-Ray client runs in it, so a trace would hold one segment as long as the "
    "stream; the log lines carry the caller's trace id.",
}


@dataclass(frozen=True, kw_only=True)
class WebFunctionProps:
    """What differs between the functions of a stage, beside their mode and timeout."""

    stage: str
    source: str
    #: Names of requirements beside the source's (bundle.py).
    extras: tuple[str, ...] = ()
    environment: Mapping[str, str]
    memory_mebibytes: int
    log_retention_days: int
    adapter_layer_arn: str | None = None
    bundler: Bundler = "uv"


class WebFunction(Construct):
    """The function, its role, its log group, its metrics, and the alias `live` that every caller uses.

    `invoke_mode` is the one value that sets the adapter's mode, the function URL's and the REST integration's.
    `service` tells the functions of a stage apart in their metrics.
    """

    RUNTIME = lambda_.Runtime.PYTHON_3_14

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        service: str,
        invoke_mode: lambda_.InvokeMode,
        timeout: cdk.Duration,
        props: WebFunctionProps,
        reserved_concurrency: int | None = None,
        scaling: ScalingSettings | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        self.invoke_mode = invoke_mode
        self.timeout = timeout
        self.memory_gigabytes = props.memory_mebibytes / 1024  # which is how they are billed
        self.reserved_concurrency = reserved_concurrency
        self.scaling = scaling or ScalingSettings()
        if self.scaling.snap_start:
            require_snap_start_region(self)
        self.metrics = StreamMetrics(service=service, stage=props.stage, source=props.source)
        self.log_group = log_group(self, "Logs", retention_days=props.log_retention_days)
        self.role = self._build_role()
        self.function = self._build_function(props)
        self.alias = self._build_alias()

    def _build_role(self) -> iam.Role:
        """Its own log group and nothing else; the stack grants what the source needs."""
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        self.log_group.grant_write(role)
        return role

    def _build_function(self, props: WebFunctionProps) -> lambda_.Function:
        layer = props.adapter_layer_arn or adapter.layer_arn(cdk.Stack.of(self).region)
        architecture = adapter.architecture_of(layer)
        machine: Machine = "x86_64" if architecture == lambda_.Architecture.X86_64 else "aarch64"
        python_version = self.RUNTIME.name.removeprefix("python")
        bundle = stream_bundle(props.source, python_version, machine, props.extras)
        function = lambda_python.PythonFunction(
            self,
            "Function",
            entry=str(bundle.entry),
            index="streaming/app.py",
            handler="app",
            runtime=self.RUNTIME,
            architecture=architecture,
            bundling=bundling_options(bundle, props.bundler),
            layers=[lambda_.LayerVersion.from_layer_version_arn(self, "Adapter", layer)],
            environment={
                **props.environment,
                **self.metrics.environment,
                **adapter.environment(self.invoke_mode, snap_start=self.scaling.snap_start),
            },
            memory_size=props.memory_mebibytes,
            timeout=self.timeout,
            reserved_concurrent_executions=self.reserved_concurrency,
            snap_start=lambda_.SnapStartConf.ON_PUBLISHED_VERSIONS if self.scaling.snap_start else None,
            role=self.role,
            log_group=self.log_group,
            logging_format=lambda_.LoggingFormat.JSON,
            # A stream may outlive a deployment; its version has to as well.
            current_version_options=lambda_.VersionOptions(removal_policy=cdk.RemovalPolicy.RETAIN),
        )
        acknowledge(function, _ACKNOWLEDGED)
        return function

    def _build_alias(self) -> lambda_.Alias:
        alias = lambda_.Alias(
            self,
            "Live",
            alias_name="live",
            version=self.function.current_version,
            provisioned_concurrent_executions=self.scaling.provisioned_concurrency or None,
        )
        if self.scaling.auto_scaling:
            add_auto_scaling(alias, self.scaling.auto_scaling)
        return alias
