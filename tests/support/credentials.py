"""Where the AWS SDKs of a function with SnapStart get their credentials from: a server beside it that makes new ones.

https://docs.aws.amazon.com/lambda/latest/dg/snapstart-activate.html#snapstart-credentials
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from .json_server import JsonServer


class CredentialsServer(JsonServer):
    access_key = "first"

    @property
    def environment(self) -> dict[str, str]:
        return {
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{self.url}/credentials",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN": "token",
        }

    def document(self, path: str) -> object:
        return {
            "AccessKeyId": self.access_key,
            "SecretAccessKey": "secret",
            "Token": "token",
            "Expiration": (datetime.now(UTC) + timedelta(hours=6)).isoformat(timespec="seconds"),
        }
