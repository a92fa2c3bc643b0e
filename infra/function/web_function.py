"""An ASGI application as a Lambda function behind the Lambda Web Adapter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_python_alpha as lambda_python
from constructs import Construct

from ..architecture import MACHINES, architecture_of_layer
from ..bundle.bundle import stream_bundle
from ..bundle.host_image import bundling_options
from ..guards import WiringError, require_snap_start_region
from ..log_groups import log_group
from ..nag import acknowledge
from ..names import ALIAS_NAME
from ..settings import BedrockSettings, Bundler, ScalingSettings
from .adapter_layer import layer_arn
from .auto_scaling import add_auto_scaling
from .bedrock_access import grant_converse_stream
from .environment import function_environment
from .metrics import StreamMetrics

_CDK_ARCHITECTURES = {one.name: one for one in (lambda_.Architecture.ARM_64, lambda_.Architecture.X86_64)}
_ACKNOWLEDGED = {
    "Serverless-LambdaDLQ": "Every invocation is synchronous (function URL, API Gateway), and Lambda sends only failed "
    "asynchronous invocations to a dead-letter queue.",
    "Serverless-LambdaTracing": "The bundle contains no X-Ray client, so a trace would hold one segment as long as the "
    "stream; the log lines carry the caller's trace id.",
}


@dataclass(frozen=True, kw_only=True)
class WebFunctionProps:
    """What the functions of a stage have in common, whatever their mode and timeout."""

    stage: str
    #: A module of functions/stream/streaming/sources.
    source: str
    bedrock: BedrockSettings | None = None
    #: The names of the requirements that ship beside those of the source (bundle.py).
    extras: tuple[str, ...] = ()
    #: The variables of environment.application_environment.
    environment: Mapping[str, str]
    memory_mebibytes: int
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
        log_retention_days: int,
        reserved_concurrency: int | None = None,
        scaling: ScalingSettings | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        self.invoke_mode = invoke_mode
        self.timeout = timeout
        self.memory_gigabytes = props.memory_mebibytes / 1024  # Lambda bills a GB of 1024 MiB
        self.reserved_concurrency = reserved_concurrency
        self.scaling = scaling or ScalingSettings()
        if self.scaling.snap_start:
            require_snap_start_region(self)
        self._layer_arn = layer_arn(cdk.Stack.of(self), props.adapter_layer_arn)
        self.architecture = architecture_of_layer(self._layer_arn)
        self.metrics = StreamMetrics(service=service, stage=props.stage, source=props.source)
        self.log_group = log_group(self, "Logs", retention_days=log_retention_days)
        self.role = self._build_role(props.bedrock)
        self.function = self._build_function(props)
        self.alias = self._build_alias()

    def require_mode(self, expected: lambda_.InvokeMode, endpoint: str) -> None:
        """Raises WiringError for the other mode: the adapter would answer in a format that the endpoint cannot read."""
        if self.invoke_mode != expected:
            raise WiringError(
                f"Expected a function in mode {expected.name} behind {endpoint}, "
                f"got {self.node.path} in mode {self.invoke_mode.name}: use the function of the other mode."
            )

    def _build_role(self, bedrock: BedrockSettings | None) -> iam.Role:
        """Allows the function to write its own log group and to call its model."""
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        self.log_group.grant_write(role)
        if bedrock:
            grant_converse_stream(role, bedrock)
        return role

    def _build_function(self, props: WebFunctionProps) -> lambda_.Function:
        python_version = self.RUNTIME.name.removeprefix("python")
        bundle = stream_bundle(props.source, python_version, MACHINES[self.architecture], props.extras)
        snap_start = self.scaling.snap_start
        function = lambda_python.PythonFunction(
            self,
            "Function",
            entry=str(bundle.entry),
            index="streaming/app.py",
            handler="app",
            runtime=self.RUNTIME,
            architecture=_CDK_ARCHITECTURES[self.architecture],
            bundling=bundling_options(bundle, props.bundler),
            layers=[lambda_.LayerVersion.from_layer_version_arn(self, "Adapter", self._layer_arn)],
            environment=function_environment(props.environment, self.metrics, self.invoke_mode, snap_start=snap_start),
            memory_size=props.memory_mebibytes,
            timeout=self.timeout,
            reserved_concurrent_executions=self.reserved_concurrency,
            snap_start=lambda_.SnapStartConf.ON_PUBLISHED_VERSIONS if snap_start else None,
            role=self.role,
            log_group=self.log_group,
            logging_format=lambda_.LoggingFormat.JSON,
            # A stream may outlive a deployment, so the version that it runs on has to outlive it too.
            current_version_options=lambda_.VersionOptions(removal_policy=cdk.RemovalPolicy.RETAIN),
        )
        acknowledge(function, _ACKNOWLEDGED)
        return function

    def _build_alias(self) -> lambda_.Alias:
        alias = lambda_.Alias(
            self,
            "Live",
            alias_name=ALIAS_NAME,
            version=self.function.current_version,
            provisioned_concurrent_executions=self.scaling.provisioned_concurrency or None,
        )
        if self.scaling.auto_scaling:
            add_auto_scaling(alias, self.scaling.auto_scaling)
        return alias
