"""The command and the doctor on consoles and standard streams that make it hard for them."""

from __future__ import annotations

import io
import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from client.__main__ import main
from tests.support.raw_server import recording, serving, sse_head

ROOT = Path(__file__).parents[2]
STARTING = b'data: {"status": "starting", "id": "s1"}\n\n'
COMPLETE = b'data: {"status": "complete"}\n\n'
ANSWER = [sse_head(), STARTING, b'data: {"chunk": "text"}\n\n', COMPLETE]


class Console(io.TextIOWrapper):
    """A standard output in some encoding, which refuses what that lacks, as a console does."""

    def __init__(self, encoding: str, *, terminal: bool = False) -> None:
        super().__init__(io.BytesIO(), encoding, newline="\n")
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal

    @property
    def text(self) -> str:
        assert isinstance(self.buffer, io.BytesIO)
        return self.buffer.getvalue().decode(self.encoding)


@pytest.fixture
def console(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Console]]:
    def make(encoding: str, *, terminal: bool = False) -> Console:
        out = Console(encoding, terminal=terminal)
        monkeypatch.setattr(sys, "stdout", out)
        return out

    yield make
    monkeypatch.undo()


def _event(**fields: object) -> bytes:
    return b"data: " + json.dumps(fields).encode() + b"\n\n"


@pytest.mark.parametrize(
    ("encoding", "text", "shown"),
    [
        ("cp1252", "né 😀", "né ?"),
        ("ascii", "né 😀", "n? ?"),
        ("latin-1", "€", "?"),
        ("utf-8", "half \ud83d of it", "half ? of it"),
        ("cp1252", "half \ud83d of it", "half ? of it"),
        ("utf-8", "né 😀", "né 😀"),
    ],
)
def test_console_shows_what_it_can_of_any_text(
    encoding: str, text: str, shown: str, console: Callable[..., Console], capsys: pytest.CaptureFixture[str]
) -> None:
    answer = [sse_head(), _event(chunk=text), _event(status="complete", note=text)]
    with serving(answer) as url:
        plain = console(encoding)
        assert main([url, "hi"]) == 0
        lines = console(encoding)
        assert main([url, "hi", "--json"]) == 0
        timed = console(encoding)
        assert main([url, "hi", "--timing"]) == 0
    assert plain.text == timed.text == f"{shown}\n"
    assert [json.loads(line) for line in lines.text.splitlines()] == [
        {"chunk": text},
        {"status": "complete", "note": text},
    ]
    assert "1 chunks" in capsys.readouterr().err


def test_console_shows_errors_and_verdicts_as_it_can(console: Callable[..., Console]) -> None:
    with serving([sse_head(), STARTING, _event(error="Müde 😀 \ud83d", code="c")]) as url:
        lines = console("ascii")
        assert main([url, "hi", "--json"]) == 1
        verdict = console("ascii")
        assert main(["doctor", url]) == 1
    assert json.loads(lines.text.splitlines()[-1])["error"] == "The stream failed (c): Müde 😀 \ud83d"
    assert "failed: M?de ? ? (code c)." in verdict.text


ESCAPES = "a\x1b[31mred\x1b]0;title\x07 \x9b2J \x7f\rb\tc\r\nd"


def test_terminal_escapes_of_an_answer_are_shown_on_a_terminal_and_kept_in_a_pipe(
    console: Callable[..., Console],
) -> None:
    with serving([sse_head(), _event(chunk=ESCAPES), COMPLETE]) as url:
        terminal = console("utf-8", terminal=True)
        assert main([url, "hi"]) == 0
        lines = console("utf-8", terminal=True)
        assert main([url, "hi", "--json"]) == 0
        pipe = console("utf-8")
        assert main([url, "hi"]) == 0
    assert terminal.text == "a\\x1b[31mred\\x1b]0;title\\x07 \\x9b2J \\x7f\\x0db\tc\nd\n"
    assert json.loads(lines.text.splitlines()[0]) == {"chunk": ESCAPES}
    assert not set("\x1b\x07\x9b\x7f") & set(terminal.text)
    assert not set("\x1b\x07\x9b") & set(lines.text)
    assert pipe.text == f"{ESCAPES}\n"


@pytest.mark.parametrize("body", [_event(error=ESCAPES, code=ESCAPES), _event(status="paused", note="\x9b2J")])
def test_terminal_escapes_of_an_error_are_shown(
    body: bytes, console: Callable[..., Console], monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving([sse_head(), STARTING, body]) as url:
        error = Console("utf-8", terminal=True)
        monkeypatch.setattr(sys, "stderr", error)
        verdict = console("utf-8", terminal=True)
        assert main([url, "hi"]) == 1
        assert main(["doctor", url]) == 1
    for text in (error.text.replace("\r\x1b[K", ""), verdict.text):
        assert not set("\x1b\x07\x9b\x7f") & set(text)


@pytest.mark.parametrize(
    ("data", "prompt"),
    [
        ("\ufeffé".encode(), "é"),
        ("é".encode(), "é"),
        (b"a\r\nb", "a\nb"),
        (b"", ""),
        ("é\ufeff".encode(), "é\ufeff"),
    ],
)
def test_prompt_of_a_file_and_of_standard_input_is_its_text(data: bytes, prompt: str, tmp_path: Path) -> None:
    file = tmp_path / "prompt"
    file.write_bytes(data)
    with recording(ANSWER) as server:
        assert main([server.url, "--file", str(file)]) == 0
        assert _run(server.url, stdin=data, PYTHONIOENCODING="cp1252").returncode == 0
    assert [json.loads(request.body)["input"] for request in server.requests] == [prompt, prompt]


def test_text_of_another_encoding_is_read_as_the_console_s(tmp_path: Path) -> None:
    with recording(ANSWER) as server:
        assert _run(server.url, stdin="é".encode("cp1252"), PYTHONIOENCODING="cp1252").returncode == 0
        refused = _run(server.url, stdin="é".encode("cp1252"), PYTHONIOENCODING="utf-8")
    assert [json.loads(request.body)["input"] for request in server.requests] == ["é"]
    assert refused.returncode == 2
    assert b"Expected standard input of UTF-8 text" in refused.stderr


def _run(*arguments: str, stdin: bytes = b"", **environment: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "client", *arguments]
    return subprocess.run(command, cwd=ROOT, input=stdin, capture_output=True, env=os.environ | environment, timeout=30)


@pytest.mark.parametrize(
    ("redirections", "code", "out", "error"),
    [
        ("hi <&-", 0, b"text\n", b""),
        ("<&-", 2, b"", b"Expected a prompt"),
        ("- <&-", 2, b"", b"Expected a prompt"),
        ("hi >&-", 0, b"", b""),
        ("hi 2>&-", 0, b"text\n", b""),
        ("hi --timing 2>&-", 0, b"text\n", b""),
    ],
)
def test_closed_streams_of_the_shell_are_no_traceback(redirections: str, code: int, out: bytes, error: bytes) -> None:
    with serving(ANSWER) as url:
        command = f'"{sys.executable}" -m client {url} {redirections}'
        done = subprocess.run(["bash", "-c", command], cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True)
    assert (done.returncode, done.stdout) == (code, out)
    assert error in done.stderr
    assert b"Traceback" not in done.stderr


def test_doctor_whose_reader_leaves_ends_without_a_complaint() -> None:
    with serving(ANSWER) as url:
        command = f'"{sys.executable}" -m client doctor {url} | true; exit "${{PIPESTATUS[0]}}"'
        done = subprocess.run(["bash", "-c", command], cwd=ROOT, capture_output=True)
    assert (done.returncode, done.stderr) == (141, b"")


def test_real_console_of_windows_encoding_shows_what_it_can() -> None:
    with serving([sse_head(), _event(chunk="né 😀"), COMPLETE]) as url:
        done = _run(url, "hi", PYTHONIOENCODING="cp1252")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"n\xe9 ?\n", b"")


def test_real_terminal_gets_no_escape() -> None:
    ours, theirs = pty.openpty()
    with serving([sse_head(), _event(chunk="\x1b[31mred"), COMPLETE]) as url:
        subprocess.run(
            [sys.executable, "-m", "client", url, "hi"], cwd=ROOT, stdout=theirs, stderr=subprocess.PIPE, check=True
        )
    shown = os.read(ours, 1000)
    for end in (ours, theirs):
        os.close(end)
    assert shown == b"\\x1b[31mred\r\n"
