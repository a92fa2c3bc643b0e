"""`python -m client URL`: what goes where, and with which exit code it ends."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from client.__main__ import main
from rehearsal.waiting import wait_until
from tests.support.raw_server import Part, recording, serving, sse_head, stall
from tests.support.servers import Function

ROOT = Path(__file__).parents[2]
STARTING = b'id: 1\n\ndata: {"status": "starting", "id": "s1"}\n\n'
CHUNK = b'id: 2\n\ndata: {"chunk": "h\xc3\xa9llo"}\n\n'
COMPLETE = b'id: 3\n\ndata: {"status": "complete", "output_tokens": 7}\n\n'
ERROR = b'id: 3\n\ndata: {"error": "The model is busy.", "code": "throttled"}\n\n'
PROBLEM = b'{"type": "about:blank", "status": 422, "detail": "Field \'input\' is empty.", "id": "s2"}'
ANSWER = [sse_head(), STARTING, CHUNK, CHUNK, COMPLETE]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_text_goes_to_standard_output_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    with serving(ANSWER) as url:
        assert main([url, "hi"]) == 0
    assert capsys.readouterr() == ("héllohéllo\n", "")


def test_it_works_the_same_against_the_local_service(function: Function, capsys: pytest.CaptureFixture[str]) -> None:
    text = "one two three four five six\nseven"
    for options in ([], ["--get"]):
        assert main([function.url, text, *options]) == 0
        assert capsys.readouterr() == (f"{text}\n", "")


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        ([sse_head(), STARTING, CHUNK, ERROR], "The stream failed (throttled): The model is busy. Stream id: s1."),
        ([sse_head(), STARTING, CHUNK], "The stream ended without its last event; the text is incomplete."),
        ([sse_head("422 Unprocessable Entity", "application/problem+json"), PROBLEM], "The service answered 422"),
        ([sse_head(), STARTING, CHUNK, stall], "The stream went silent for 0.1 s"),
        ([stall], "No answer from 127.0.0.1 within 0.1 s."),
    ],
)
def test_every_other_end_is_one_sentence_and_exit_code_1(
    parts: list[Part], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(parts) as url:
        assert main([url, "hi", "--read-seconds", "0.1", "--first-byte-seconds", "0.1"]) == 1
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert line.startswith(sentence)


def test_json_prints_the_events_as_lines(capsys: pytest.CaptureFixture[str]) -> None:
    with serving(ANSWER) as url:
        assert main([url, "hi", "--json"]) == 0
    printed = capsys.readouterr()
    assert [json.loads(line) for line in printed.out.splitlines()] == [
        {"status": "starting", "id": "s1"},
        {"chunk": "héllo"},
        {"chunk": "héllo"},
        {"status": "complete", "output_tokens": 7},
    ]
    assert printed.err == ""


@pytest.mark.parametrize(
    ("parts", "last"),
    [
        ([sse_head(), STARTING, ERROR], {"code": "throttled", "status": 200, "id": "s1"}),
        ([sse_head(), STARTING], {"code": "truncated", "status": 200, "id": "s1"}),
        (
            [sse_head("422 Unprocessable Entity", "application/problem+json"), PROBLEM],
            {"code": None, "status": 422, "id": "s2"},
        ),
    ],
)
def test_json_ends_with_the_error(
    parts: list[Part], last: dict[str, object], capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(parts) as url:
        assert main([url, "hi", "--json"]) == 1
    printed = capsys.readouterr()
    document = json.loads(printed.out.splitlines()[-1])
    assert document.pop("error") in printed.err
    assert document == last


def test_timing_goes_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    with serving(ANSWER) as url:
        assert main([url, "hi", "--timing"]) == 0
    printed = capsys.readouterr()
    assert printed.out == "héllohéllo\n"
    *arrivals, summary = printed.err.splitlines()
    assert [line.split(" ms  ")[1] for line in arrivals] == ["starting", "chunk 'héllo'", "chunk 'héllo'", "complete"]
    assert summary.startswith("Time to first byte ")
    assert "2 chunks, 12 bytes of text in" in summary
    assert summary.endswith(" bytes/s.")


def test_timing_of_a_service_that_does_not_answer_is_unknown(capsys: pytest.CaptureFixture[str]) -> None:
    with serving([]) as url:
        assert main([url, "hi", "--timing", "--retries", "0"]) == 1
    assert "Time to first byte unknown, to first text unknown; 0 chunks" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["from an argument"], [], ["-"], ["--file", "prompt"]])
def test_prompt_comes_from_an_argument_a_file_or_standard_input(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("prompt").write_text("from a file\né", encoding="utf-8")
    monkeypatch.setattr(sys, "stdin", io.StringIO("from standard input"))
    with recording(ANSWER) as server:
        assert main([server.url, *arguments]) == 0
    expected = {"from an argument": "from an argument", "--file": "from a file\né"}
    assert json.loads(server.requests[0].body) == {"input": expected.get((arguments or [""])[0], "from standard input")}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["example.com", "hi"], "Expected a URL that begins with https://"),
        (["http://localhost"], "Expected a prompt"),
        (["http://localhost", "hi", "--file", "x"], "got both"),
        (["http://localhost", "--file", "missing"], "Expected a file of UTF-8 text"),
        (["http://localhost", "--file", "latin"], "Expected a file of UTF-8 text"),
        (["http://localhost", "hi", "--header", "token"], "Expected 'name: value', got no colon"),
    ],
)
def test_wrong_arguments_are_named(
    arguments: list[str],
    sentence: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("latin").write_bytes(b"\xe9")
    monkeypatch.setattr(sys, "stdin", Terminal())
    with pytest.raises(SystemExit, match="2"):
        main(arguments)
    assert sentence in capsys.readouterr().err


def test_headers_and_signature_are_sent_as_asked() -> None:
    with recording(ANSWER) as server:
        main([server.url, "hi", "--header", "x-token: a: b", "--service", "lambda", "--region", "eu-west-1"])
        main([server.url, "hi", "--service", "lambda", "--region", "eu-west-1", "--no-sign"])
    signed, unsigned = server.requests
    assert signed.headers["x-token"] == "a: b"
    assert "/eu-west-1/lambda/aws4_request" in signed.headers["authorization"]
    assert "authorization" not in unsigned.headers


def test_waiting_shows_a_line_on_a_terminal_until_the_text_comes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    shown: Part = lambda connection: wait_until(lambda: "Waiting" in terminal.getvalue(), "the line")  # noqa: E731
    with serving([shown, sse_head(), STARTING, CHUNK, COMPLETE]) as url:
        assert main([url, "hi"]) == 0
    assert terminal.getvalue().startswith("\rWaiting for the first text ... 0 s")
    assert terminal.getvalue().endswith("\r\x1b[K")
    assert capsys.readouterr().out == "héllo\n"


def _start(url: str, output: Path, *options: str) -> subprocess.Popen[bytes]:
    with output.open("wb") as out:
        return subprocess.Popen(
            [sys.executable, "-m", "client", url, "hi", *options],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.PIPE,
            env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
        )


def test_ctrl_c_ends_it_cleanly_with_code_130(tmp_path: Path) -> None:
    output = tmp_path / "output"
    with serving([sse_head(), STARTING, CHUNK, stall]) as url, _start(url, output) as process:
        wait_until(lambda: output.read_text(encoding="utf-8") == "héllo" or process.poll() is not None, "the text")
        process.send_signal(signal.SIGINT)
        _, error = process.communicate(timeout=10)
    assert process.returncode == 130
    assert error == b"\n"


def test_reader_that_leaves_ends_it_without_a_complaint() -> None:
    with serving([sse_head(), STARTING, *[CHUNK] * 20_000, COMPLETE]) as url:
        command = f'"{sys.executable}" -m client {url} hi | head -c 5; exit "${{PIPESTATUS[0]}}"'
        done = subprocess.run(["bash", "-c", command], cwd=ROOT, capture_output=True, timeout=30, check=False)
    assert (done.returncode, done.stderr) == (141, b"")
    assert done.stdout.decode(errors="ignore") == "héll"
