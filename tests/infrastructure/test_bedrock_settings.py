"""Which models and inference profiles of Bedrock the settings take."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from infra.settings import BedrockSettings, SettingsError
from tests.infrastructure.support import assert_refused_by_name, setting_cases

PROFILE = "arn:aws:bedrock:eu-west-1:123456789012:{}"


def model(**changes: Any) -> BedrockSettings:
    return BedrockSettings(**{"model_id": "maker.model", **changes})


def profile(**changes: Any) -> BedrockSettings:
    return model(**{"inference_profile_regions": ("eu-west-1",), **changes})


def regions(**changes: Any) -> BedrockSettings:
    return model(**{"inference_profile_id": "eu.maker.model", **changes})


# Of each setting, how it is built, the values that work, and those that cannot.
TEXTS: list[tuple[str, Callable[..., object], list[object], list[object]]] = [
    (
        "model_id",
        model,
        ["maker.model", "anthropic.claude-v2:1", "amazon.nova-lite-v1:0:300k", "ai21.jamba-1", "maker.model-4.7"],
        [
            "",
            "us.maker.model",
            "eu.maker.model-v1:0",
            "us-gov.maker.model",
            "apac.maker.model",
            "global.maker.model",
            "jp.maker.model",
            "arn:aws:bedrock:eu-west-1::foundation-model/maker.model",
            PROFILE.format("inference-profile/eu.maker.model"),
            PROFILE.format("provisioned-model/abcdefghijkl"),
            "maker/model",
            "Maker.Model",
            " maker.model",
            "maker.model\n",
            "maker.*",
        ],
    ),
    (
        "inference_profile_id",
        profile,
        [
            "eu.maker.model",
            "us-gov.maker.model",
            "apac.maker.model",
            PROFILE.format("inference-profile/eu.maker.model"),
            PROFILE.format("application-inference-profile/abc123"),
        ],
        [
            "",
            "maker.model",
            "eu.maker.other",
            "maker.model.eu",
            "abcdefghijkl",
            "eu.maker.model ",
            PROFILE.format("inference-profile/abcdefghijkl"),
            PROFILE.format("inference-profile/eu.maker.other"),
            PROFILE.format("application-inference-profile/"),
            PROFILE.format("application-inference-profile/*"),
            PROFILE.format("provisioned-model/abcdefghijkl"),
            PROFILE.format("inference-profile/eu.maker.model").replace("123456789012", ""),
            PROFILE.format("inference-profile/eu.maker.model").replace("bedrock", "sagemaker"),
        ],
    ),
    (
        "inference_profile_regions",
        regions,
        [("eu-west-1", "eu-central-1"), ("us-gov-west-1",)],
        [(), ("eu",), ("*",), ("eu-west-1a",), ("eu-west-1", "eu-west-1"), ("eu-west-1, eu-central-1",), ("",)],
    ),
]


@pytest.mark.parametrize(("key", "build", "value"), setting_cases(TEXTS, works=True))
def test_value_that_works_is_taken(key: str, build: Callable[..., Any], value: object) -> None:
    assert getattr(build(**{key: value}), key) == value


@pytest.mark.parametrize(("key", "build", "value"), setting_cases(TEXTS, works=False))
def test_value_that_cannot_work_is_refused_by_name(key: str, build: Callable[..., Any], value: object) -> None:
    assert_refused_by_name(key, build, value)


def test_regions_are_those_of_a_profile() -> None:
    with pytest.raises(SettingsError, match=r"^Setting inference_profile_regions: "):
        model(inference_profile_regions=("eu-west-1",))
    with pytest.raises(SettingsError, match=r"^Setting inference_profile_regions: "):
        model(inference_profile_id=PROFILE.format("application-inference-profile/abc123"))
    assert model(inference_profile_id="global.maker.model").is_global
    assert model(inference_profile_id=PROFILE.format("inference-profile/global.maker.model")).is_global
