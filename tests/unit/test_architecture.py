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


def test_layer_of_another_name_is_for_arm64() -> None:
    assert architecture_of_layer("arn:aws-us-gov:lambda:us-gov-west-1:123456789012:layer:adapter:1") == "arm64"
