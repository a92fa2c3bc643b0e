"""A synth that really bundles, with no Docker in reach."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from aws_cdk.assertions import Template

from infra.bundle.bundle import Bundle
from infra.bundle.errors import BundleError
from infra.bundle.host_image import bundling_options
from infra.function.adapter_variables import BUFFERED, EXEC_WRAPPER, RESPONSE_STREAM, RUN_SH
from infra.settings import FUNCTION_ENTRY, StageSettings
from infra.stage import StreamingStage
from tests.infrastructure.support import ENV, build_stage, make_app, scrubbed
from tools import demo
from tools.assembly import find_function


@pytest.fixture(scope="module")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both modes and two stages over one entry."""
    folder = tmp_path_factory.mktemp("assembly")
    app = make_app(bundling=True, outdir=str(folder))
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("CDK_DOCKER", "false")  # a `docker` that always fails
        for name in ("one", "two"):
            StreamingStage(app, StageSettings(name=name), env=ENV)
        app.synth()
    return folder


def test_one_bundle_serves_every_function(assembly: Path) -> None:
    assert len([path for path in assembly.glob("asset.*") if path.is_dir()]) == 1


@pytest.mark.parametrize("invoke_mode", [RESPONSE_STREAM, BUFFERED])
def test_assembly_gives_back_what_would_be_deployed(assembly: Path, invoke_mode: str) -> None:
    function = find_function(assembly, "one", invoke_mode=invoke_mode)
    assert (function.asset / "run.sh").exists()
    assert function.handler == "streaming.app.app"
    assert function.environment[EXEC_WRAPPER] == RUN_SH


def test_assembly_without_the_function_says_so(assembly: Path) -> None:
    with pytest.raises(LookupError, match=r"Expected a function in mode 'response_stream' under .*three"):
        find_function(assembly, "three", invoke_mode=RESPONSE_STREAM)


def test_demo_streams_the_input_out_of_the_assembly(assembly: Path, capsys: pytest.CaptureFixture[str]) -> None:
    prompt = " ".join(f"word{number}" for number in range(40))
    assert demo.main(["--assembly", str(assembly), "--stage", "one", "--input", prompt]) == 0
    chunks = re.findall(r"^ *(\d+) ms  chunk '(.*)'$", capsys.readouterr().out, re.MULTILINE)
    assert "".join(text for _, text in chunks) == prompt
    assert len({milliseconds for milliseconds, _ in chunks}) == len(chunks) == 8


def test_demo_exits_1_with_the_service_s_sentence(assembly: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert demo.main(["--assembly", str(assembly), "--stage", "one", "--input", ""]) == 1
    assert "422" in capsys.readouterr().err


def test_template_without_bundling_differs_in_the_bundle_s_hash_alone(assembly: Path) -> None:
    (bundled,) = assembly.glob("assembly-one/oneStream*.template.json")
    unbundled = Template.from_stack(build_stage(name="one").stream).to_json()
    assert scrubbed(json.loads(bundled.read_text())) == scrubbed(unbundled)


def test_docker_is_the_package_s_own_way_back() -> None:
    options = bundling_options(Bundle(FUNCTION_ENTRY, "3.14", "aarch64"), "docker")
    assert options.image is None
    assert options.asset_hash is None


@pytest.mark.parametrize(
    "spoil", [lambda script: script.chmod(0o644), lambda script: script.write_bytes(b"#!/bin/sh\r\n")]
)
def test_docker_is_given_no_script_that_cannot_run(tmp_path: Path, spoil: Callable[[Path], object]) -> None:
    script = tmp_path / "run.sh"
    script.write_bytes(b"#!/bin/sh\n")
    script.chmod(0o755)
    bundling_options(Bundle(tmp_path, "3.14", "aarch64"), "docker")
    spoil(script)
    with pytest.raises(BundleError, match=r"Expected .*run\.sh to be executable, with lines that end in LF"):
        bundling_options(Bundle(tmp_path, "3.14", "aarch64"), "docker")
