"""The processor architectures of Lambda, and how layers and machines spell them. Imports the standard library only."""

from __future__ import annotations

from typing import Literal

#: The spelling of Lambda, of its price list and of CDK's `Architecture.name`.
Architecture = Literal["arm64", "x86_64"]

#: The spelling of Linux: `uname -m`, the platforms of wheels.
MACHINES: dict[Architecture, Literal["aarch64", "x86_64"]] = {"arm64": "aarch64", "x86_64": "x86_64"}

#: The ends of the names of the adapter's layers.
LAYER_SUFFIXES: dict[Architecture, str] = {"arm64": "Arm64", "x86_64": "X86"}


def architecture_of_machine(machine: str) -> Architecture:
    """Translates what `platform.machine()` returns; macOS says arm64, where Linux says aarch64."""
    return "arm64" if machine in ("arm64", MACHINES["arm64"]) else "x86_64"


def architecture_of_layer(arn: str) -> Architecture:
    """Reads the architecture off the end of the layer's name in the ARN of a layer version."""
    name = arn.split(":")[-2].lower()
    return "arm64" if name.endswith("arm64") else "x86_64"
