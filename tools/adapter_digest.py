"""Compares the code of the adapter's layer with the digest that is pinned, before a stage is deployed.

A version of a layer never changes, but it belongs to an account of its publisher, and its code runs in front of the
application with the role of the function.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from infra.function import adapter_release
from infra.function.adapter_variables import INVOKE_MODE

_ASSEMBLY = Path(__file__).parents[1] / "cdk.out"
_PIN = "ADAPTER_CODE_SHA256 in infra/function/adapter_release.py"


class DigestError(Exception):
    """The layer's code is not the one that is pinned, or cannot be asked for. The message says what to do."""


def main(arguments: Sequence[str] | None = None, *, pinned: str | None = adapter_release.ADAPTER_CODE_SHA256) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.adapter_digest", description=__doc__)
    parser.add_argument("--assembly", type=Path, default=_ASSEMBLY, help="The folder that `make assembly` wrote.")
    parser.add_argument("--stage", default="dev")
    options = parser.parse_args(arguments)
    try:
        for arn in sorted(layers_of(options.assembly, options.stage)):
            print(compare(arn, pinned))
    except DigestError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def compare(arn: str, pinned: str | None) -> str:
    """Returns a sentence on a layer that may be deployed. Raises DigestError for any other."""
    digest = _digest_of(arn)
    if pinned is None:
        return f"No digest is pinned. The code of {arn} is {digest}: set {_PIN} to '{digest}'."
    if digest != pinned:
        raise DigestError(
            f"Expected the code of {arn} to be {pinned!r}, got {digest!r}: deploy nothing before you know why. If the "
            f"layer is a new one, set {_PIN}."
        )
    return f"The code of {arn} is the one that is pinned."


def layers_of(assembly: Path, stage: str) -> set[str]:
    """Returns the ARNs of the layers of all functions behind the adapter. Raises DigestError."""
    functions = [
        resource["Properties"]
        for template in sorted((assembly / f"assembly-{stage}").glob("*.template.json"))
        for resource in json.loads(template.read_text())["Resources"].values()
        if resource["Type"] == "AWS::Lambda::Function"
    ]
    layers = [
        layer
        for function in functions
        if INVOKE_MODE in function.get("Environment", {}).get("Variables", {})
        for layer in function["Layers"]
    ]
    if not layers or not all(isinstance(layer, str) for layer in layers):
        raise DigestError(
            f"Expected functions with layers of a known region for the stage {stage!r} in {assembly}, got {layers!r}: "
            "synthesise with CDK_DEFAULT_ACCOUNT and AWS_REGION, or with credentials."
        )
    return set(layers)


def _digest_of(arn: str) -> str:
    """Returns the base64 of the SHA-256 of the layer's zip, as Lambda tells it."""
    try:
        with contextlib.closing(boto3.Session().client("lambda", region_name=arn.split(":")[3])) as client:
            return str(client.get_layer_version_by_arn(Arn=arn)["Content"]["CodeSha256"])
    except (BotoCoreError, ClientError) as error:
        raise DigestError(
            f"Expected to read the digest of {arn}, got an error: {error}: allow lambda:GetLayerVersion on it."
        ) from error


if __name__ == "__main__":
    sys.exit(main())
