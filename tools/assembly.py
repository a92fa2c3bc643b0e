"""Finds a synthesised function in the cloud assembly, as `cdk deploy` would publish it. Needs no CDK."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.function.adapter_variables import INVOKE_MODE


@dataclass(frozen=True)
class SynthesizedFunction:
    """A function's properties, as far as starting it needs them."""

    #: The folder that becomes the zip.
    asset: Path
    handler: str
    environment: Mapping[str, str]
    timeout_seconds: int
    memory_mebibytes: int


def find_function(assembly: Path, stage: str, *, invoke_mode: str) -> SynthesizedFunction:
    """The stage's function whose adapter runs in this mode. Raises LookupError when there is none."""
    folder = assembly / f"assembly-{stage}"
    for template in sorted(folder.glob("*.template.json")):
        for resource in json.loads(template.read_text())["Resources"].values():
            if resource["Type"] != "AWS::Lambda::Function":
                continue
            function = _function(resource["Properties"], folder, template)
            if function.environment.get(INVOKE_MODE) == invoke_mode:
                return function
    raise LookupError(f"Expected a function in mode {invoke_mode!r} under {folder}, found none: run `make synth`.")


def _function(properties: Mapping[str, Any], folder: Path, template: Path) -> SynthesizedFunction:
    asset_hash = properties["Code"]["S3Key"].removesuffix(".zip")
    manifest = json.loads(template.with_name(template.name.replace(".template.", ".assets.")).read_text())
    return SynthesizedFunction(
        asset=(folder / manifest["files"][asset_hash]["source"]["path"]).resolve(),
        handler=properties["Handler"],
        environment=properties["Environment"]["Variables"],
        timeout_seconds=properties["Timeout"],
        memory_mebibytes=properties["MemorySize"],
    )
