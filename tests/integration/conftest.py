from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from functions.stream.streaming.sources import Source, load_source
from rehearsal.waiting import wait_until
from tests.support.bedrock import ENVIRONMENT, bedrock_threads
from tests.support.model_server import ModelServer, running_model
from tests.support.servers import Function, running_function


@pytest.fixture(scope="session")
def function(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Function]:
    """The process as it deploys, with the local source, shared by the tests that leave no trace in it."""
    log_file: Path = tmp_path_factory.mktemp("function") / "log"
    with running_function(log_file) as running:
        yield running


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False, timeout=20) as client:
        yield client


@pytest.fixture
async def async_client() -> AsyncIterator[httpx.AsyncClient]:
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(trust_env=False, timeout=30, limits=limits) as client:
        yield client


@pytest.fixture(scope="session")
def model_server() -> Iterator[ModelServer]:
    with running_model() as server:
        yield server


@pytest.fixture(scope="session")
def source(model_server: ModelServer) -> Iterator[Source]:
    """Made once, as in a function: boto3 takes its time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", model_server.url)
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "testing")
        patch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
        made = load_source("bedrock", ENVIRONMENT)
    yield made
    made._client.close()  # type: ignore[attr-defined]  # nothing else closes its idle connections


@pytest.fixture
def model(model_server: ModelServer) -> Iterator[ModelServer]:
    """The server with a plain answer; afterwards no thread of the source may be left."""
    before = model_server.script
    yield model_server
    wait_until(lambda: not bedrock_threads(), "the source's threads to end")
    model_server.reset()
    model_server.script = before
