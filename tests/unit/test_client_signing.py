from __future__ import annotations

import sys
from pathlib import Path

import httpx
import pytest

from client import Credentials, Signing, SigningFailed
from client.signing import find_scope, signer_for


@pytest.mark.parametrize(
    ("host", "scope"),
    [
        ("abc.lambda-url.eu-west-1.on.aws", ("lambda", "eu-west-1")),
        ("abc.execute-api.us-east-1.amazonaws.com", ("execute-api", "us-east-1")),
        ("abc.execute-api.cn-north-1.amazonaws.com.cn", ("execute-api", "cn-north-1")),
        ("abc.execute-api.eu-west-1.api.aws", ("execute-api", "eu-west-1")),
        ("vpce-1.execute-api.eu-west-1.vpce.amazonaws.com", ("execute-api", "eu-west-1")),
        ("127.0.0.1", None),
        ("example.com", None),
        ("d1.cloudfront.net", None),
        ("abc.lambda-url.eu-west-1.on.aws.example.com", None),
    ],
)
def test_service_and_region_are_those_of_the_host(host: str, scope: tuple[str, str] | None) -> None:
    assert find_scope(host, Signing()) == scope
    assert find_scope(host, None) is None


def test_service_and_region_given_win_over_the_host() -> None:
    given = Signing(service="execute-api", region="us-west-2")
    assert find_scope("api.example.com", given) == ("execute-api", "us-west-2")
    assert find_scope("abc.lambda-url.eu-west-1.on.aws", Signing(region="us-west-2")) == ("lambda", "us-west-2")
    assert find_scope("api.example.com", Signing(region="us-west-2")) is None
    assert find_scope("api.example.com", Signing(service="lambda")) == ("lambda", None)


def _sign(signing: Signing, host: str = "api.example.com", **headers: str) -> httpx.Request:
    request = httpx.Request("POST", f"https://{host}/stream", content=b"{}", headers=headers)
    sign = signer_for(request, signing)
    assert sign is not None
    sign(request)
    return request


def test_region_that_nobody_names_is_the_one_of_the_configuration() -> None:
    assert "/eu-west-1/lambda/aws4_request" in _sign(Signing(service="lambda")).headers["authorization"]


def test_profile_names_the_credentials_and_the_region(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    _configure(monkeypatch, tmp_path)
    (tmp_path / "credentials").write_text("[other]\naws_access_key_id=OTHER\naws_secret_access_key=s\n")
    (tmp_path / "config").write_text("[profile other]\nregion=us-west-2\n")
    authorization = _sign(Signing(service="lambda", profile="other")).headers["authorization"]
    assert authorization.startswith("AWS4-HMAC-SHA256 Credential=OTHER/")
    assert "/us-west-2/lambda/" in authorization


def test_credentials_that_are_given_win_over_those_of_the_environment() -> None:
    given = Credentials(access_key_id="GIVEN", secret_access_key="s", session_token="t")
    headers = _sign(Signing(service="lambda", credentials=given)).headers
    assert headers["authorization"].startswith("AWS4-HMAC-SHA256 Credential=GIVEN/")
    assert headers["x-amz-security-token"] == "t"


def test_missing_package_is_named_with_what_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "botocore.auth", None)
    with pytest.raises(SigningFailed, match=r"install 'lambda-streaming-client\[signing\]'"):
        _sign(Signing(service="lambda"))


@pytest.mark.parametrize(
    ("name", "header"),
    [("AWS_SESSION_TOKEN", "X-Amz-Security-Token"), ("AWS_ACCESS_KEY_ID", "Authorization")],
)
def test_credentials_that_no_header_can_carry_are_refused_by_name_alone(
    monkeypatch: pytest.MonkeyPatch, name: str, header: str
) -> None:
    monkeypatch.setenv(name, "SECRET\n")
    with pytest.raises(SigningFailed, match=f"header '{header}'") as raised:
        _sign(Signing(service="lambda"))
    assert "SECRET" not in str(raised.value)


def test_region_that_no_header_can_carry_is_refused() -> None:
    with pytest.raises(SigningFailed, match="credentials and a region"):
        _sign(Signing(service="lambda", region="eu-west-1\n"))


@pytest.mark.parametrize("process", ["/missing/program", "echo no JSON", "false"])
def test_credentials_that_cannot_be_had_are_an_error_of_signing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, process: str
) -> None:
    _configure(monkeypatch, tmp_path)
    (tmp_path / "config").write_text(f"[profile other]\nregion=us-west-2\ncredential_process={process}\n")
    with pytest.raises(SigningFailed, match="Expected AWS credentials, got an error"):
        _sign(Signing(service="lambda", profile="other"))


def test_configuration_that_is_none_is_an_error_of_signing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _configure(monkeypatch, tmp_path)
    (tmp_path / "config").write_text("[profile\nnonsense")
    with pytest.raises(SigningFailed, match="Expected AWS credentials, got an error"):
        _sign(Signing(service="lambda"))


def test_profile_that_is_none_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _configure(monkeypatch, tmp_path)
    with pytest.raises(SigningFailed, match="nobody"):
        _sign(Signing(service="lambda", profile="nobody"))


def test_missing_credentials_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    _configure(monkeypatch, tmp_path)
    with pytest.raises(SigningFailed, match="Expected AWS credentials to sign for lambda in eu-west-1") as raised:
        _sign(Signing(), "abc.lambda-url.eu-west-1.on.aws")
    assert raised.value.code == "unsigned"


def test_missing_region_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    _configure(monkeypatch, tmp_path)
    with pytest.raises(SigningFailed, match="Expected a region to sign for lambda"):
        _sign(Signing(service="lambda"))


def test_authorization_of_the_caller_is_left_alone() -> None:
    request = httpx.Request("POST", "https://abc.lambda-url.eu-west-1.on.aws/", headers={"Authorization": "Bearer t"})
    assert signer_for(request, Signing()) is None


def _configure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No configuration but what a test writes."""
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    for name in ("config", "credentials"):
        (tmp_path / name).touch()
