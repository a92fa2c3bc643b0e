from __future__ import annotations

import pytest

from infra.architecture import Architecture, architecture_of_layer, architecture_of_machine
from infra.function.adapter_release import layer_arn


@pytest.mark.parametrize(
    ("machine", "architecture"), [("aarch64", "arm64"), ("arm64", "arm64"), ("x86_64", "x86_64"), ("AMD64", "x86_64")]
)
def test_machine_of_every_platform_has_an_architecture(machine: str, architecture: Architecture) -> None:
    assert architecture_of_machine(machine) == architecture


@pytest.mark.parametrize("architecture", ["arm64", "x86_64"])
def test_layer_tells_its_architecture(architecture: Architecture) -> None:
    assert architecture_of_layer(layer_arn("aws", "eu-west-1", "123456789012", architecture)) == architecture


@pytest.mark.parametrize(
    ("name", "architecture"),
    [("adapter-x86", "x86_64"), ("adapter_X86_64", "x86_64"), ("adapter-arm64", "arm64"), ("x86-to-ARM64", "arm64")],
)
def test_layer_of_an_own_name_tells_its_architecture_by_its_end(name: str, architecture: Architecture) -> None:
    assert architecture_of_layer(f"arn:aws-us-gov:lambda:us-gov-west-1:123456789012:layer:{name}:1") == architecture
