"""The hooks around a snapshot, called as the adapter calls them: an empty POST that has to be answered 2xx.

https://aws.github.io/aws-lambda-web-adapter/features/snapstart.html
"""

from __future__ import annotations

import gc
import random
import weakref
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from functions.stream.streaming.app import create_app
from functions.stream.streaming.host.hooks import AFTER_RESTORE_PATH, BEFORE_CHECKPOINT_PATH
from functions.stream.streaming.host.snapstart import SnapStart
from functions.stream.streaming.records.metric_names import COLD_START
from functions.stream.streaming.settings import (
    JWT_AUDIENCE,
    JWT_ISSUER,
    Settings,
)
from functions.stream.streaming.sources import Source
from rehearsal.records import metric_records
from rehearsal.wire import Stream, read_stream
from tests.support.bedrock import ENVIRONMENT
from tests.support.credentials import CredentialsServer
from tests.support.issuer import AUDIENCE, IssuerServer
from tests.support.json_server import running
from tests.support.model_server import ModelServer
from tests.support.servers import Function, running_function, serving
from tests.support.sources import ScriptedSource

BEFORE, AFTER = "/before", "/after"
HOOKS = {BEFORE_CHECKPOINT_PATH: BEFORE, AFTER_RESTORE_PATH: AFTER}


def ask(client: httpx.Client, url: str, **options: str) -> Stream:
    return read_stream(client.post(f"{url}/stream", json={"input": "a"}, headers=options).content)


def call_hooks(client: httpx.Client, url: str) -> None:
    for path in (BEFORE, AFTER):
        assert client.post(f"{url}{path}").is_success


@pytest.fixture
def snap_start() -> SnapStart:
    return SnapStart(HOOKS)


def test_hooks_are_absent_where_the_environment_names_none(function: Function, client: httpx.Client) -> None:
    assert {client.post(f"{function.url}{path}").status_code for path in (BEFORE, AFTER)} == {404}


@pytest.mark.parametrize("path", [BEFORE, AFTER])
def test_hook_refuses_whoever_comes_by_an_invocation(snap_start: SnapStart, path: str, client: httpx.Client) -> None:
    # The adapter before 1.1.0 passes such requests on; what it calls by itself carries no context.
    with serving(create_app(Settings(), ScriptedSource("a"), snap_start)) as url:
        response = client.post(f"{url}{path}", headers={"x-amzn-lambda-context": "{}"})
    assert (response.status_code, response.headers["content-type"]) == (403, "application/problem+json")


def test_source_is_made_anew_after_a_restore(snap_start: SnapStart, client: httpx.Client) -> None:
    made: list[Source] = []

    def make() -> Source:
        made.append(ScriptedSource(f"source {len(made)}"))
        return made[-1]

    app = create_app(Settings(), snap_start.source(make), snap_start)
    with serving(app) as url:
        assert ask(client, url).text == "source 0"
        client.post(f"{url}{BEFORE}")
        assert len(made) == 1
        client.post(f"{url}{AFTER}")
        assert len(made) == 2
        assert ask(client, url).text == "source 1"


def test_source_of_the_start_is_let_go_though_it_refers_to_itself(snap_start: SnapStart, client: httpx.Client) -> None:
    sources: list[weakref.ref[Source]] = []

    def make() -> Source:
        source = ScriptedSource("a")
        source.itself = source  # type: ignore[attr-defined]  # as clients of real models do by their many parts
        sources.append(weakref.ref(source))
        return source

    with serving(create_app(Settings(), snap_start.source(make), snap_start)) as url:
        gc.freeze()  # as server.py does before the first request
        client.post(f"{url}{BEFORE}")
    assert sources[0]() is None


def test_source_that_cannot_be_made_fails_the_restore(snap_start: SnapStart, client: httpx.Client) -> None:
    sources: Iterator[Source] = iter([ScriptedSource("only one")])
    with serving(create_app(Settings(), snap_start.source(lambda: next(sources)), snap_start)) as url:
        assert client.post(f"{url}{BEFORE}").is_success
        assert client.post(f"{url}{AFTER}").status_code == 500


def test_environments_of_one_snapshot_draw_different_numbers(snap_start: SnapStart, client: httpx.Client) -> None:
    source = snap_start.source(lambda: ScriptedSource(str(random.random())))
    with serving(create_app(Settings(), source, snap_start)) as url:
        client.post(f"{url}{BEFORE}")
        memory = random.getstate()
        drawn = set()
        for _ in range(3):
            random.setstate(memory)
            client.post(f"{url}{AFTER}")
            drawn.add(ask(client, url).text)
    assert len(drawn) == 3


def test_whoever_asks_is_told_of_a_restore_once(snap_start: SnapStart, client: httpx.Client) -> None:
    told: list[str] = []
    snap_start.on_restore(lambda: told.append("restored"))
    with serving(create_app(Settings(), ScriptedSource("a"), snap_start)) as url:
        client.post(f"{url}{BEFORE}")
        assert told == []
        client.post(f"{url}{AFTER}")
    assert told == ["restored"]


def test_process_streams_after_its_hooks(client: httpx.Client, tmp_path: Path) -> None:
    with running_function(tmp_path / "log", **HOOKS) as function:
        before = ask(client, function.url)
        call_hooks(client, function.url)
        after = [ask(client, function.url) for _ in range(2)]
    lines = function.log_lines()
    streams = [before, *after]
    assert {stream.text for stream in streams} == {"a"}
    assert len({stream.id for stream in streams}) == 3
    assert [record[COLD_START] for record in metric_records(lines)] == [1, 1, 0]
    assert "The environment is restored from a snapshot." in {line["message"] for line in lines}


def test_model_is_called_with_new_credentials_after_a_restore(
    model: ModelServer, client: httpx.Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    settings = {**HOOKS, **ENVIRONMENT, "STREAM_SOURCE": "bedrock", "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": model.url}
    with (
        running(CredentialsServer()) as credentials,
        running_function(tmp_path / "log", **settings, **credentials.environment) as function,
    ):
        assert ask(client, function.url).text == "word"
        credentials.access_key = "second"
        call_hooks(client, function.url)
        assert ask(client, function.url).text == "word"
    first, second = (call.authorization for call in model.calls)
    assert "Credential=first/" in first
    assert "Credential=second/" in second


def test_issuer_s_keys_are_fetched_again_after_a_restore(
    client: httpx.Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with running(IssuerServer()) as server:
        settings = {**HOOKS, JWT_ISSUER: server.issuer.url, JWT_AUDIENCE: AUDIENCE}
        with running_function(tmp_path / "log", **settings) as function:
            authorization = f"Bearer {server.issuer.token()}"
            assert ask(client, function.url, authorization=authorization).text == "a"
            fetches = len(server.paths)
            call_hooks(client, function.url)
            assert ask(client, function.url, authorization=authorization).text == "a"
    assert len(server.paths) == 2 * fetches
