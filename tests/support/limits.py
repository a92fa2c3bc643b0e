"""Time limits of fixtures, and one full report for each that fails: a pytest plugin.

pytest-timeout limits the bodies of tests alone (`timeout_func_only`), so that a fixture of a whole session, such as a
deployment, does not count against the test that happens to be its first. Each fixture, and each tear-down, may take as
long as a test does.
"""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Generator, Iterator
from types import FrameType

import pytest

_REPORTED = pytest.StashKey[list[tuple[BaseException, str]]]()


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef[object], request: pytest.FixtureRequest) -> Generator[None]:
    with _time_limit(request.config, f"the fixture {fixturedef.argname}"):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None]:
    with _time_limit(item.config, "the tear-down"):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Shortens the report of an error that was reported before: pytest keeps that of a fixture for its dependents."""
    report = yield
    if report.failed and call.excinfo:
        error = call.excinfo.value
        reported = item.config.stash.setdefault(_REPORTED, [])
        first = next((nodeid for known, nodeid in reported if known is error), None)
        if first is None:
            reported.append((error, item.nodeid))
        else:
            report.longrepr = f"A fixture failed, as reported in full at {first}."
            report.sections.clear()
    return report


@contextlib.contextmanager
def _time_limit(config: pytest.Config, what: str) -> Iterator[None]:
    """Interrupts the main thread. The limit around it, of a fixture that asked for this one, runs on afterwards."""
    seconds = float(config.getoption("timeout") or config.getini("timeout") or 0)

    def interrupt(number: int, frame: FrameType | None) -> None:
        pytest.fail(f"Expected {what} to end within {seconds:g} s, got no end.", pytrace=False)

    handler = signal.signal(signal.SIGALRM, interrupt)
    remaining, _ = signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, remaining)
        signal.signal(signal.SIGALRM, handler)
