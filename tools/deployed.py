"""`make doctor`: measures what `make deploy` deployed last, as the role that may call its URL and do nothing else."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from infra.names import INVOKER_ROLE_ARN_OUTPUT, STREAM_URL_OUTPUT


class NotDeployed(Exception):
    """One sentence that says what was looked for and what to do."""


@dataclass(frozen=True)
class Deployed:
    url: str
    invoker_role_arn: str


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.deployed", description=__doc__)
    parser.add_argument("outputs", type=Path, help="what `cdk deploy --outputs-file` wrote")
    # Whatever else stands there is for the doctor, such as the header with a token.
    options, others = parser.parse_known_args(arguments)
    try:
        deployed = find_deployed(options.outputs)
        environment = {**os.environ, **_credentials_of(deployed.invoker_role_arn)}
    except NotDeployed as error:
        sys.stderr.write(f"{error}\n")
        return 1
    doctor = [sys.executable, "-m", "client", "doctor", deployed.url, "--service", "lambda", *others]
    return subprocess.run(doctor, env=environment).returncode


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


def _credentials_of(role_arn: str) -> Mapping[str, str]:
    """As environment variables. Whoever is meant to call has to become the role first: it trusts its account alone."""
    try:
        with contextlib.closing(boto3.Session().client("sts")) as sts:
            credentials = sts.assume_role(RoleArn=role_arn, RoleSessionName="doctor")["Credentials"]
    except (BotoCoreError, ClientError) as error:
        raise NotDeployed(
            f"Expected to become {role_arn}, got an error: {error}: allow sts:AssumeRole on it."
        ) from error
    return {
        "AWS_ACCESS_KEY_ID": credentials["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": credentials["SecretAccessKey"],
        "AWS_SESSION_TOKEN": credentials["SessionToken"],
    }


if __name__ == "__main__":
    sys.exit(main())
