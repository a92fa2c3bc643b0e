"""`cdk deploy` of the dev stage into the emulated account, and what comes back out of it."""

from __future__ import annotations

import base64
import hashlib
import io
import os
import subprocess
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.function.adapter_variables import INVOKE_MODE
from infra.names import ALIAS_NAME
from tools.local import bare_interpreter, kill_group

from .account import ACCOUNT, REGION, Account
from .cloudformation_models import NOT_EMULATED
from .emulator import Function

_ROOT = Path(__file__).parents[1]
_STAGE = "dev"
# Ten times what the longest command takes on a quiet machine.
_CDK_SECONDS = 120
# moto finds a template in its own S3 only when the bucket's name has this word in it.
_QUALIFIER = "localhost"
_TOOLKIT = ("--toolkit-stack-name", f"CDKToolkit-{_QUALIFIER}")
_ZIP_EXECUTABLE_SHIFT = 16  # the upper half of a zip entry's external attributes is its Unix mode


@dataclass(frozen=True)
class Resource:
    stack: str
    kind: str
    logical_id: str
    physical_id: str

    @property
    def is_emulated(self) -> bool:
        return not self.physical_id.startswith(NOT_EMULATED)


class DeploymentFailed(Exception):
    """With the last lines of the CLI."""


def deploy(account: Account, assembly: Path) -> None:
    """Bootstraps and deploys by the real CLI. Raises DeploymentFailed."""
    _cdk(account, "bootstrap", "--qualifier", _QUALIFIER, f"aws://{ACCOUNT}/{REGION}", output=assembly)
    # By CreateStack: moto forgets the outputs of what a change set makes.
    options = ("--require-approval", "never", "--method", "direct", "--no-version-reporting")
    _cdk(account, "deploy", "**", *options, output=assembly)


def _cdk(account: Account, *arguments: str, output: Path) -> None:
    context = ("-c", f"stage={_STAGE}", "-c", f"@aws-cdk/core:bootstrapQualifier={_QUALIFIER}")
    environment = {**os.environ, **account.environment, "CDK_DISABLE_CLI_TELEMETRY": "true"}
    environment.pop("AWS_PROFILE", None)
    with subprocess.Popen(
        ["cdk", *arguments, *_TOOLKIT, *context, "--no-notices", "--output", str(output)],
        cwd=_ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        try:
            _, errors = process.communicate(timeout=_CDK_SECONDS)
        except subprocess.TimeoutExpired as late:
            raise DeploymentFailed(f"Expected cdk {arguments[0]} to end within {_CDK_SECONDS} s, got no end.") from late
        finally:
            kill_group(process)
    if process.returncode:
        raise DeploymentFailed(f"cdk {arguments[0]} failed: {errors.decode()[-2000:]}")


def created_resources(account: Account) -> Iterator[Resource]:
    cloudformation = account.client("cloudformation")
    for stack in cloudformation.describe_stacks()["Stacks"]:
        if not stack["StackName"].startswith(f"{_STAGE}-"):
            continue
        pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack["StackName"])
        for summary in (summary for page in pages for summary in page["StackResourceSummaries"]):
            physical_id = str(summary.get("PhysicalResourceId") or "")
            yield Resource(stack["StackName"], summary["ResourceType"], summary["LogicalResourceId"], physical_id)


def deployed_function(account: Account, *, invoke_mode: str, layers: Path, folder: Path) -> Function:
    """Unpacks the published zip of the function in that mode; everything else is the deployed configuration."""
    configuration = _find_configuration(account, invoke_mode)
    _require_adapter_layer(configuration)
    archive = _published_zip(account, configuration)
    _unpack(archive, folder)
    return Function(
        name=configuration["FunctionName"],
        task_root=folder,
        opt_root=layers,
        handler=configuration["Handler"],
        environment=configuration["Environment"]["Variables"],
        runtime=configuration["Runtime"],
        # Lambda's is of the runtime's version; the bundle is pure Python and runs on this machine's.
        interpreter=Path(bare_interpreter()),
        memory_mebibytes=configuration["MemorySize"],
        timeout_seconds=configuration["Timeout"],
        region=REGION,
        account=ACCOUNT,
        alias=ALIAS_NAME,
    )


def _find_configuration(account: Account, invoke_mode: str) -> dict[str, Any]:
    functions: list[dict[str, Any]] = account.client("lambda").list_functions()["Functions"]
    for configuration in functions:
        if configuration["Environment"]["Variables"].get(INVOKE_MODE) == invoke_mode:
            return configuration
    raise LookupError(f"Expected a deployed function in mode {invoke_mode!r}, got {functions!r}.")


def _require_adapter_layer(configuration: dict[str, Any]) -> None:
    arns = [layer["Arn"] for layer in configuration["Layers"]]
    if not any(":layer:LambdaAdapterLayer" in arn for arn in arns):
        raise LookupError(f"Expected the Lambda Web Adapter among the function's layers, got {arns!r}.")


def _published_zip(account: Account, configuration: dict[str, Any]) -> bytes:
    """From the bucket that the CLI published to; the function's own hash says that it is the right one."""
    s3 = account.client("s3")
    bucket = f"cdk-{_QUALIFIER}-assets-{ACCOUNT}-{REGION}"
    for entry in s3.list_objects_v2(Bucket=bucket)["Contents"]:
        body: bytes = s3.get_object(Bucket=bucket, Key=entry["Key"])["Body"].read()
        if base64.b64encode(hashlib.sha256(body).digest()).decode() == configuration["CodeSha256"]:
            return body
    raise LookupError(f"Expected the published zip of {configuration['FunctionName']} in {bucket}, got none like it.")


def _unpack(archive: bytes, folder: Path) -> None:
    """With the modes in the zip, which Lambda keeps and ZipFile.extractall() does not."""
    with zipfile.ZipFile(io.BytesIO(archive)) as content:
        for entry in content.infolist():
            content.extract(entry, folder)
            if mode := entry.external_attr >> _ZIP_EXECUTABLE_SHIFT:
                (folder / entry.filename).chmod(mode & 0o777)
