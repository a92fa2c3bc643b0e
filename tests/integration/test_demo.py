"""What `make demo` prints of a stream."""

from __future__ import annotations

import re

import pytest

from tests.support.raw_server import serving, sse_head
from tests.support.servers import Function
from tools.demo import print_stream

TEXT = "one two three four five six seven eight nine ten"


def test_demo_prints_each_chunk_with_its_time_and_the_time_to_first_byte(
    function: Function, capsys: pytest.CaptureFixture[str]
) -> None:
    assert print_stream(f"{function.url}/stream", TEXT) == 0
    *arrivals, empty, summary = capsys.readouterr().out.splitlines()
    chunks = [re.fullmatch(r" *\d+ ms  chunk '(.*)'", line) for line in arrivals]
    assert "".join(found[1] for found in chunks if found) == TEXT
    assert len(chunks) > 1
    assert empty == ""
    assert re.match(r"Time to first byte \d+ ms, to first text \d+ ms; \d+ chunks, 48 bytes of text in ", summary)
    assert summary.endswith(" The text is the input, streamed.")


def test_demo_fails_where_the_text_is_not_the_input(capsys: pytest.CaptureFixture[str]) -> None:
    with serving([sse_head(), b'data: {"chunk": "another text"}\n\n', b'data: {"status": "complete"}\n\n']) as url:
        assert print_stream(url, TEXT) == 1
    printed = capsys.readouterr()
    assert "1 chunks, 12 bytes of text" in printed.out
    assert "is the input" not in printed.out
    assert printed.err == "Expected the streamed text to be the input; it is not.\n"
