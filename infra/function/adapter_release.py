"""The release of the Lambda Web Adapter that the project runs, and where its parts are published. Needs no CDK.

https://github.com/aws/aws-lambda-web-adapter/releases
"""

from __future__ import annotations

from ..architecture import LAYER_SUFFIXES, Architecture

VERSION = "1.1.0"
LAYER_VERSION = 30
#: The digest of the layer's code for arm64, as `python -m tools.adapter_digest` tells it and compares it before a
#: deployment: base64 of the SHA-256 of its zip. None: not pinned yet. Regions of China run the layer for x86_64, which
#: has another one.
ADAPTER_CODE_SHA256: str | None = None
IMAGE = f"public.ecr.aws/awsguru/aws-lambda-adapter:{VERSION}"
#: The crate is published later than the layer, or not at all, so the newest one that exists follows.
CRATE_VERSIONS = (VERSION, "1.0.0-rc1")

COMMERCIAL_ACCOUNT = "753240598075"
#: The account of each region in China; the layer exists there for x86_64 only.
CHINA_ACCOUNTS = {"cn-north-1": "041581134020", "cn-northwest-1": "069767869989"}


def layer_arn(partition: str, region: str, account: str, architecture: Architecture) -> str:
    """Returns the ARN of this release's layer."""
    name = f"LambdaAdapterLayer{LAYER_SUFFIXES[architecture]}"
    return f"arn:{partition}:lambda:{region}:{account}:layer:{name}:{LAYER_VERSION}"
