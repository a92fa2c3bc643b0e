"""Arguments of the command and the doctor, and headers of the library, that need care."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from client import InvalidRequest, astream, stream
from client.__main__ import main
from tests.support.raw_server import recording, sse_head

ANSWER = [sse_head(), b'data: {"chunk": "text"}\n\n', b'data: {"status": "complete"}\n\n']


@pytest.mark.parametrize(
    "arguments",
    [
        ["--timing", "URL", "PROMPT"],
        ["URL", "--timing", "PROMPT"],
        ["URL", "--json", "PROMPT", "--get"],
        ["--header", "x: y", "URL", "--retries", "0", "--", "PROMPT"],
        ["URL", "PROMPT", "--read-seconds", "5"],
    ],
)
@pytest.mark.parametrize("prompt", ["Tell me", "--version", "-5", "doctor"])
def test_options_stand_before_between_and_behind(arguments: list[str], prompt: str) -> None:
    if prompt.startswith("--") and "--" not in arguments:
        arguments = [*(word for word in arguments if word != "PROMPT"), "--", "PROMPT"]
    with recording(ANSWER) as server:
        assert main([{"URL": server.url, "PROMPT": prompt}.get(word, word) for word in arguments]) == 0
    (request,) = server.requests
    sent = {"input": prompt} if request.method == "GET" else json.loads(request.body)
    assert sent == {"input": prompt}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--header", "authorization: tok-SECRETé"], "header 'authorization'"),
        (["--header", "authorization: tok\n-SECRET"], "header 'authorization'"),
        (["--header", "tok-SECRET"], "got no colon"),
        (["--header", "content-length: 5"], "header 'content-length'"),
        (["--header", "Host: elsewhere.example"], "header 'Host'"),
        (["--header", ": tok-SECRET"], "name of a header"),
        (["--read-seconds", "nan"], "got 'nan'"),
        (["--read-seconds", "soon"], "got 'soon'"),
        (["--read-seconds", "0"], "got '0'"),
        (["--read-seconds", "1e300"], "got '1e300'"),
    ],
)
@pytest.mark.parametrize("command", [[], ["doctor"]])
def test_argument_that_cannot_be_used_is_refused_and_no_secret_is_printed(
    arguments: list[str], sentence: str, command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with recording(ANSWER) as server, pytest.raises(SystemExit, match="2"):
        main([*command, server.url, *arguments, *(["--prompt", "hi"] if command else ["hi"])])
    assert server.requests == []
    printed = "".join(capsys.readouterr())
    assert sentence in printed
    assert "SECRET" not in printed


@pytest.mark.parametrize("read", [stream, astream])
def test_header_that_cannot_be_sent_fails_where_it_is_given(read: Callable[..., object]) -> None:
    with recording(ANSWER) as server, pytest.raises(InvalidRequest, match="'authorization'") as raised:
        read(server.url, "hi", headers={"authorization": "Bearer tok-SECRET\n"})
    assert "SECRET" not in str(raised.value)
    assert server.requests == []


def test_count_that_is_none_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["http://localhost", "hi", "--retries", "-1"])
    assert "Expected a whole number, 0 or more, got '-1'." in capsys.readouterr().err


def test_argument_that_is_no_text_is_an_error_in_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    """What Python makes of an argument whose bytes are not UTF-8."""
    with recording(ANSWER) as server:
        assert main([server.url, "caf\udce9", "--json"]) == 1
    printed = capsys.readouterr()
    assert json.loads(printed.out)["code"] == "invalid_request"
    assert printed.err == "Expected a prompt of whole Unicode characters, got half a surrogate pair.\n"
    assert server.requests == []
