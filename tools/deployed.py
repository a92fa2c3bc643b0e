"""`make doctor`: measures what `make deploy` deployed last, as the role that may only invoke its URL."""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from client import Credentials
from client.doctor.command import main as doctor
from infra.names import INVOKER_ROLE_ARN_OUTPUT, STREAM_URL_OUTPUT


class NotDeployed(Exception):
    """The stage, or its role, is not there to be measured. The message is one sentence that says what to do."""


@dataclass(frozen=True)
class Deployed:
    """The outputs of a deployment that the doctor needs."""

    url: str
    invoker_role_arn: str


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.deployed", description=__doc__)
    parser.add_argument("outputs", type=Path, help="The file that `cdk deploy --outputs-file` wrote.")
    # All other arguments are the doctor's, such as a header with a token.
    options, others = parser.parse_known_args(arguments)
    try:
        deployed = find_deployed(options.outputs)
        credentials = _assume(deployed.invoker_role_arn)
    except NotDeployed as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return doctor([deployed.url, "--service", "lambda", *others], credentials=credentials)


def find_deployed(outputs: Path) -> Deployed:
    """Raises NotDeployed."""
    stacks = json.loads(outputs.read_text()) if outputs.exists() else {}
    for stack in stacks.values():
        if {STREAM_URL_OUTPUT, INVOKER_ROLE_ARN_OUTPUT} <= set(stack):
            return Deployed(stack[STREAM_URL_OUTPUT], stack[INVOKER_ROLE_ARN_OUTPUT])
    raise NotDeployed(
        f"Expected the outputs {STREAM_URL_OUTPUT} and {INVOKER_ROLE_ARN_OUTPUT} of a deployment in {outputs}, "
        f"got {sorted(stacks)!r}: run `make deploy`."
    )


def _assume(role_arn: str) -> Credentials:
    """The credentials of the role. It trusts its account, so the caller's own permissions have to allow it."""
    try:
        with contextlib.closing(boto3.Session().client("sts")) as sts:
            credentials = sts.assume_role(RoleArn=role_arn, RoleSessionName="doctor")["Credentials"]
    except (BotoCoreError, ClientError) as error:
        raise NotDeployed(
            f"Expected to become {role_arn}, got an error: {error}: allow sts:AssumeRole on it."
        ) from error
    return Credentials(
        access_key_id=credentials["AccessKeyId"],
        secret_access_key=credentials["SecretAccessKey"],
        session_token=credentials["SessionToken"],
    )


if __name__ == "__main__":
    sys.exit(main())
