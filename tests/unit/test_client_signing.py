from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from client import ConnectionFailed
from client.http import auth_for
from client.request import endpoint
from client.sigv4 import AwsAuth


@pytest.mark.parametrize(
    ("host", "service", "region"),
    [
        ("abc.lambda-url.eu-west-1.on.aws", "lambda", "eu-west-1"),
        ("abc.execute-api.us-east-1.amazonaws.com", "execute-api", "us-east-1"),
        ("abc.execute-api.cn-north-1.amazonaws.com.cn", "execute-api", "cn-north-1"),
    ],
)
def test_request_to_aws_is_signed_for_its_service_and_region(host: str, service: str, region: str) -> None:
    auth = auth_for(f"https://{host}/stream")
    assert auth is not None
    request = httpx.Request("POST", f"https://{host}/stream", json={"input": "hello"})
    signed = next(auth.auth_flow(request))
    authorization = signed.headers["authorization"]
    assert f"/{region}/{service}/aws4_request" in authorization
    assert "SignedHeaders=content-type;host;x-amz-date" in authorization


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "example.com", "lambda-url.eu-west-1.on.aws.example.com"])
def test_request_to_another_host_is_not_signed(host: str) -> None:
    assert auth_for(f"https://{host}/stream") is None


def test_missing_credentials_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    with pytest.raises(ConnectionFailed, match="Expected AWS credentials"):
        AwsAuth("lambda", "eu-west-1")


def test_root_of_a_service_means_its_stream() -> None:
    assert endpoint("https://example.com/") == "https://example.com/stream"
    assert endpoint("https://example.com") == "https://example.com/stream"
    assert endpoint("https://example.com/v1/stream") == "https://example.com/v1/stream"
    assert endpoint("https://example.com/prod/") == "https://example.com/prod/stream"
