"""No test may reach an account: the credentials are false ones, and nothing looks for others."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests.support.logs import JsonLog

pytest_plugins = ["pytester", "tests.support.limits"]

# A busy machine is no failure; an example that never ends meets pytest's own time limit.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


_LONGEST = frozenset({"rehearsal", "browser", "test_app.py"})


def pytest_configure() -> None:
    _reach_loopback_directly()
    # Whoever starts the tests in the background may have made them deaf to it, and so all that they start.
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _reach_loopback_directly() -> None:
    """A proxy of the machine is for the package index, which is reached by https; no test may send loopback there."""
    own = os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or ""
    # httpx takes no brackets here, and refuses every client.
    exempt = [entry for entry in own.split(",") if entry.strip() and "[" not in entry]
    for name in [name for name in os.environ if name.lower() in ("http_proxy", "all_proxy")]:
        del os.environ[name]
    for name in ("no_proxy", "NO_PROXY"):
        os.environ[name] = ",".join([*exempt, "127.0.0.1", "::1", "localhost"])


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first, so that no worker is alone with one at the end; else the order stays random."""
    items.sort(key=lambda item: _LONGEST.isdisjoint(item.path.parts))


@pytest.fixture(autouse=True)
def fake_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    monkeypatch.delenv("AWS_SESSION_TOKEN", raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def json_log(caplog: pytest.LogCaptureFixture) -> Iterator[JsonLog]:
    """What the function logs, as the lines it would print."""
    formatter = caplog.handler.formatter
    yield JsonLog(caplog)
    caplog.handler.setFormatter(formatter)
