"""The saved queries ask for fields that the function really writes."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

import httpx
import pytest
from aws_cdk.assertions import Template

from functions.stream.streaming.app import create_app
from functions.stream.streaming.settings import Settings
from functions.stream.streaming.sources import SourceFailed
from tests.infrastructure.support import build_stage, properties
from tests.support.logs import JsonLog
from tests.support.servers import serving
from tests.support.sources import ScriptedSource, Step

_LANGUAGE = {
    *("fields", "filter", "stats", "sort", "limit", "by", "as", "and", "or", "desc", "ispresent", "count", "sum"),
    *("pct", "bin"),
}
# Of CloudWatch Logs itself.
_OF_THE_SERVICE = {"@timestamp"}


def asked_by(query: str) -> set[str]:
    """The fields of a query, without its texts, its numbers and the names that it gives itself."""
    own = set(re.findall(r"\bas (\w+)", query))
    words = re.findall(r"(?<![\w@])[@A-Za-z]\w*", re.sub(r'"[^"]*"', "", query))
    return set(words) - own - _LANGUAGE - _OF_THE_SERVICE


@pytest.fixture(scope="module")
def queries() -> dict[str, str]:
    found = properties(Template.from_stack(build_stage().monitoring), "AWS::Logs::QueryDefinition")
    return {query["Name"]: query["QueryString"] for query in found}


@pytest.fixture
def written(client: httpx.Client, json_log: JsonLog) -> set[str]:
    """The fields of the lines of a stream that ends well, and of one that does not."""
    scripts: Sequence[Sequence[Step]] = (["text"], ["text", SourceFailed("rejected", "The model rejects this input.")])
    headers = {"x-amzn-lambda-context": json.dumps({"request_id": "r-1"}), "x-amzn-trace-id": "Root=1-2"}
    for script in scripts:
        with serving(create_app(Settings(), ScriptedSource(*script))) as url:
            client.get(f"{url}/stream?input=a", headers=headers)
    return {field for line in json_log.lines() for field in line}


def test_every_field_that_a_query_names_is_one_that_the_function_writes(
    queries: dict[str, str], written: set[str]
) -> None:
    assert len(queries) >= 6
    assert {name: asked_by(query) - written for name, query in queries.items() if asked_by(query) - written} == {}


def test_field_that_the_function_does_not_write_is_found(written: set[str]) -> None:
    query = 'fields @timestamp, haste | filter outcome = "lost" | stats sum(Bytes) / 2 as size by bin(1h)'
    assert asked_by(query) - written == {"haste"}


def test_every_query_has_a_title_in_the_folder_of_its_stack(queries: dict[str, str]) -> None:
    assert {name.partition("/")[0] for name in queries} == {"test-Monitoring"}
