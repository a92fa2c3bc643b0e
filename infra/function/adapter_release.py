"""Which release of the Lambda Web Adapter the project runs, and where its parts are published. Needs no CDK.

https://github.com/aws/aws-lambda-web-adapter/releases
"""

from __future__ import annotations

from typing import Literal

LayerArchitecture = Literal["Arm64", "X86"]

VERSION = "1.1.0"
LAYER_VERSION = 30
IMAGE = f"public.ecr.aws/awsguru/aws-lambda-adapter:{VERSION}"
#: The crate is published later than the layer, or not at all: the newest that there is follows.
CRATE_VERSIONS = (VERSION, "1.0.0-rc1")

COMMERCIAL_ACCOUNT = "753240598075"
#: Published for x86_64 only.
CHINA_ACCOUNTS = {"cn-north-1": "041581134020", "cn-northwest-1": "069767869989"}


def layer_arn(partition: str, region: str, account: str, architecture: LayerArchitecture) -> str:
    return f"arn:{partition}:lambda:{region}:{account}:layer:LambdaAdapterLayer{architecture}:{LAYER_VERSION}"
