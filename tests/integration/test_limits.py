"""The time limits and the reports of fixtures, in runs of pytest of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OPTIONS = ("-p", "tests.support.limits", "-p", "no:randomly", "-p", "no:xdist", "-o", "timeout_func_only=true")


def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, source: str, *options: str) -> pytest.RunResult:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    pytester.makepyfile(source)
    return pytester.runpytest_subprocess(*OPTIONS, *options)


def test_fixture_that_hangs_ends_by_its_own_limit_with_one_sentence(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = """
        import threading, pytest

        @pytest.fixture(scope="session")
        def deployment():
            threading.Event().wait()

        def test_first(deployment): ...
        def test_second(deployment): ...
        def test_without(): ...
    """
    result = run(pytester, monkeypatch, source, "--timeout=1")
    result.assert_outcomes(passed=1, errors=2)
    output = result.stdout.str()
    assert "Expected the fixture deployment to end within 1 s, got no end." in output
    assert "threading.Event().wait()" not in output


def test_every_fixture_and_the_test_have_their_limit_for_themselves(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = """
        import signal, time, pytest

        def seconds_left():
            return signal.getitimer(signal.ITIMER_REAL)[0]

        @pytest.fixture(scope="session")
        def first():
            time.sleep(0.3)
            return seconds_left()

        @pytest.fixture(scope="session")
        def second(first, request):
            before = seconds_left()
            assert before > first
            request.getfixturevalue("asked_for")
            assert 0 < seconds_left() <= before
            time.sleep(0.3)
            return seconds_left()

        @pytest.fixture(scope="session")
        def asked_for(): ...

        def test_body(second):
            assert seconds_left() > second
    """
    run(pytester, monkeypatch, source, "--timeout=60").assert_outcomes(passed=1)


def test_tear_down_that_hangs_ends_by_its_own_limit(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    source = """
        import threading, pytest

        @pytest.fixture
        def server():
            yield
            threading.Event().wait()

        def test_body(server): ...
    """
    result = run(pytester, monkeypatch, source, "--timeout=1")
    result.assert_outcomes(passed=1, errors=1)
    assert "Expected the tear-down to end within 1 s, got no end." in result.stdout.str()


def test_fixture_that_fails_is_reported_in_full_once(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = """
        import pytest

        @pytest.fixture(scope="session")
        def deployment():
            raise RuntimeError("no such bucket")

        @pytest.mark.parametrize("number", range(50))
        def test_dependent(deployment, number): ...

        def test_fails():
            raise RuntimeError("another")

        def test_fails_alike():
            raise RuntimeError("another")
    """
    result = run(pytester, monkeypatch, source, "--timeout=5", "-rN")
    result.assert_outcomes(errors=50, failed=2)
    output = result.stdout.str()
    assert output.count('raise RuntimeError("no such bucket")') == 1
    assert output.count("A fixture failed, as reported in full at") == 49
    assert output.count('raise RuntimeError("another")') == 2
    assert len(output.splitlines()) < 250
