"""Gives `PythonFunction` a bundle made on this machine, in the place where it expects a Docker image.

docs/architecture.md, deviation 7.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_lambda_python_alpha as lambda_python

from ..settings import Bundler
from .bundle import Bundle
from .sources import require_scripts_as_they_ship, source_files


class HostImage(cdk.DockerImage):
    """No image: `run` is called with the folders that a container would get, and builds the bundle itself."""

    def __init__(self, bundle: Bundle) -> None:
        super().__init__(f"host/{bundle.asset_hash}")
        self._bundle = bundle

    # The signature is DockerImage's.
    def run(
        self,
        *,
        command: Sequence[str] | None = None,
        entrypoint: Sequence[str] | None = None,
        environment: Mapping[str, str] | None = None,
        network: str | None = None,
        platform: str | None = None,
        security_opt: str | None = None,
        user: str | None = None,
        volumes: Sequence[cdk.DockerVolume | dict[str, Any]] | None = None,
        volumes_from: Sequence[str] | None = None,
        working_directory: str | None = None,
    ) -> None:
        self._bundle.build(_output_folder(volumes or ()))


def bundling_options(bundle: Bundle, bundler: Bundler) -> lambda_python.BundlingOptions:
    if bundler == "docker":
        require_scripts_as_they_ship(source_files(bundle.entry))
        # The lock is complete as it is; pip would ask for the hash of what it leaves out (requirements.in).
        return lambda_python.BundlingOptions(
            asset_excludes=["/requirements*.in", "__pycache__"], environment={"PIP_NO_DEPS": "1"}
        )
    # Explicit, because CDK's own hash sees only the entry folder: neither the installer nor the platform.
    return lambda_python.BundlingOptions(image=HostImage(bundle), asset_hash=bundle.asset_hash)


def _output_folder(volumes: Sequence[cdk.DockerVolume | dict[str, Any]]) -> Path:
    for volume in volumes:
        assert isinstance(volume, cdk.DockerVolume)
        if volume.container_path == cdk.AssetStaging.BUNDLING_OUTPUT_DIR:
            return Path(volume.host_path)
    raise LookupError(f"Expected a volume at {cdk.AssetStaging.BUNDLING_OUTPUT_DIR}, got {volumes!r}.")
