"""The digest of the adapter's layer, asked of a server that speaks Lambda's API."""

from __future__ import annotations

import json
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.function import adapter_release
from infra.function.adapter_variables import INVOKE_MODE
from tests.support.json_server import JsonServer, running
from tools.adapter_digest import main

ARN = "arn:aws:lambda:eu-west-1:753240598075:layer:LambdaAdapterLayerArm64:30"
DIGEST = "tv9jJO+rPbXUUXuRKi7CwHzKtLDkDRJLB3cC3Z/ouXo="


class LambdaApi(JsonServer):
    """Knows one version of a layer."""

    def document(self, path: str) -> object:
        asked = urllib.parse.parse_qs(urllib.parse.urlsplit(path).query)
        assert asked == {"find": ["LayerVersion"], "Arn": [ARN]}
        return {"LayerVersionArn": ARN, "Version": 30, "Content": {"CodeSha256": DIGEST, "CodeSize": 1}}


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[LambdaApi]:
    with running(LambdaApi()) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_LAMBDA", server.url)
        monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
        yield server


def assembly_of(folder: Path, layer: object) -> list[str]:
    """As the CDK writes it: one function behind the adapter, and one that is not."""
    functions = {
        "Stream": {"Layers": [layer], "Environment": {"Variables": {INVOKE_MODE: "response_stream"}}},
        "Other": {"Layers": [{"Ref": "AwsCliLayer"}]},
    }
    resources = {
        name: {"Type": "AWS::Lambda::Function", "Properties": properties} for name, properties in functions.items()
    }
    template = folder / "assembly-prod" / "prodStream.template.json"
    template.parent.mkdir()
    template.write_text(json.dumps({"Resources": resources}))
    return ["--assembly", str(folder), "--stage", "prod"]


def test_layer_with_the_pinned_digest_may_be_deployed(
    api: LambdaApi, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(assembly_of(tmp_path, ARN), pinned=DIGEST) == 0
    assert capsys.readouterr().out == f"The code of {ARN} is the one that is pinned.\n"
    assert len(api.paths) == 1


def test_layer_with_another_digest_stops_the_deployment(
    api: LambdaApi, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(assembly_of(tmp_path, ARN), pinned="another") == 1
    assert capsys.readouterr().err.startswith(f"Expected the code of {ARN} to be 'another', got '{DIGEST}': ")
    assert api.paths


@pytest.mark.usefixtures("api")
def test_digest_that_is_not_pinned_yet_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(assembly_of(tmp_path, ARN), pinned=None) == 0
    told = capsys.readouterr().out
    assert told.startswith("No digest is pinned. ")
    assert told.endswith(f"to '{DIGEST}'.\n")


def test_layer_that_cannot_be_asked_for_stops_the_deployment(
    api: LambdaApi, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    api.is_down = True
    assert main(assembly_of(tmp_path, ARN), pinned=DIGEST) == 1
    assert "allow lambda:GetLayerVersion on it." in capsys.readouterr().err


@pytest.mark.parametrize("layer", [{"Fn::Join": ["", ["arn:aws:lambda:", {"Ref": "AWS::Region"}]]}])
def test_layer_of_an_unknown_region_stops_the_deployment(
    layer: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(assembly_of(tmp_path, layer), pinned=DIGEST) == 1
    assert "synthesise with CDK_DEFAULT_ACCOUNT and AWS_REGION" in capsys.readouterr().err


def test_stage_that_is_not_in_the_assembly_stops_the_deployment(tmp_path: Path) -> None:
    assert main(["--assembly", str(tmp_path), "--stage", "prod"], pinned=DIGEST) == 1


def test_pin_is_a_digest_or_not_known_yet() -> None:
    pin = adapter_release.ADAPTER_CODE_SHA256
    assert pin is None or len(pin) == len(DIGEST)
