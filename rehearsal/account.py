"""An emulated AWS account, and the environment in which the CLI and boto3 reach it and nothing else."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

from tools.local import free_port

from .waiting import wait_until_serving

ACCOUNT = "123456789012"
REGION = "us-east-1"


@dataclass(frozen=True)
class Account:
    url: str

    @property
    def environment(self) -> Mapping[str, str]:
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ENDPOINT_URL_S3": self.url,
            "AWS_ACCESS_KEY_ID": "rehearsal",
            "AWS_SECRET_ACCESS_KEY": "rehearsal",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def client(self, service: Any) -> Any:
        return boto3.client(
            service,
            endpoint_url=self.url,
            region_name=REGION,
            aws_access_key_id="rehearsal",
            aws_secret_access_key="rehearsal",
        )


@contextlib.contextmanager
def running_account(log: Path) -> Iterator[Account]:
    account = Account(f"http://127.0.0.1:{free_port()}")
    port = account.url.rpartition(":")[2]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "rehearsal.account_server", port],
            stdout=output,
            stderr=output,
            env={**os.environ, **account.environment},
        )
    try:
        wait_until_serving(process, f"{account.url}/moto-api/", log)
        yield account
    finally:
        process.terminate()
        process.wait()
