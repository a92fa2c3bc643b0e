from __future__ import annotations

import json

import pytest

from rehearsal.emulator.prelude import SEPARATOR, BadPrelude, Prelude, PreludeParser

TEXT = json.dumps({"statusCode": 201, "headers": {"X-One": "1", "x-two": ["2", "3"]}, "cookies": ["a=b; C"]})
PRELUDE = Prelude(201, (("x-one", "1"), ("x-two", "2"), ("x-two", "3"), ("set-cookie", "a=b; C")))


def parse(chunks: list[bytes], limit: int = 1000) -> tuple[Prelude, bytes] | None:
    parser = PreludeParser(limit)
    for index, chunk in enumerate(chunks):
        if parsed := parser.feed(chunk):
            return parsed[0], parsed[1] + b"".join(chunks[index + 1 :])
    return None


@pytest.mark.parametrize("size", [1, 3, 7, 8, 9, 10_000])
def test_the_chunks_may_be_cut_anywhere(size: int) -> None:
    stream = TEXT.encode() + SEPARATOR + b"body\0" + SEPARATOR
    chunks = [stream[start : start + size] for start in range(0, len(stream), size)]
    assert parse(chunks) == (PRELUDE, b"body\0" + SEPARATOR)


def test_it_is_complete_before_there_is_a_body() -> None:
    assert parse([TEXT.encode(), SEPARATOR]) == (PRELUDE, b"")


def test_without_the_separator_it_is_not_complete() -> None:
    assert parse([TEXT.encode(), SEPARATOR[:7]]) is None


def test_an_empty_object_is_status_200() -> None:
    assert parse([b"{}" + SEPARATOR]) == (Prelude(200, ()), b"")


@pytest.mark.parametrize("chunks", [[b"x" * 11], [b"x" * 5, b"x" * 6], [b"x" * 11 + SEPARATOR]])
def test_it_may_not_be_longer_than_the_limit(chunks: list[bytes]) -> None:
    with pytest.raises(BadPrelude, match="at most 10 bytes"):
        parse(chunks, limit=10)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"no JSON",
        b"[]",
        b'{"statusCode": "x"}',
        b'{"statusCode": 99}',
        b'{"headers": ["x"]}',
        b'{"headers": {"a b": "x"}}',
        rb'{"headers": {"a": "x\r\ny: z"}}',
        rb'{"cookies": ["a=\n"]}',
    ],
)
def test_anything_else_is_refused(text: bytes) -> None:
    with pytest.raises(BadPrelude, match="Expected"):
        parse([text + SEPARATOR])
