"""The command that asks a service for an answer and prints its text as it arrives."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from .arguments import add_request_arguments, add_seconds_argument, program, signing_from
from .call import Retries, Timeouts
from .errors import StreamError
from .events import Chunk, Starting
from .printing import Timing, print_error, print_json, print_json_error, print_text
from .progress import Progress
from .streams import EventStream, stream

_DESCRIPTION = "Asks a service for an answer and prints its text as it arrives."
_EPILOG = """\
The exit code is 0 after the last event says that the text is complete, 1 after
an error, 2 for wrong arguments, and 130 after Ctrl-C.

`{program} doctor URL` measures whether an endpoint streams, and
names the layer that does not. `{program} doctor --help` tells more.
"""
# A shell's exit code for a command that wrote to a pipe whose reader has left: 128 + SIGPIPE.
_NOBODY_READS = 141


def main(arguments: Sequence[str]) -> int:
    parser = build_parser()
    options = parser.parse_args(arguments)
    try:
        return _print_stream(options, _prompt(parser, options))
    except BrokenPipeError:
        # The interpreter flushes at its end, and would complain there. https://docs.python.org/3/library/signal.html
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _NOBODY_READS


def _print_stream(options: argparse.Namespace, prompt: str) -> int:
    in_text = False
    timing = Timing(sys.stderr) if options.timing else None
    events = _open(options, prompt)
    try:
        with events, Progress(sys.stderr) as progress:
            for event in events:
                if options.json or options.timing or not isinstance(event, Starting):
                    progress.stop()
                (print_json if options.json else print_text)(event)
                in_text = isinstance(event, Chunk) and not options.json and not event.text.endswith("\n")
                if timing is not None:
                    timing.note(event)
    except StreamError as error:
        if options.json:
            print_json_error(error)
        print_error(error, in_text=in_text)
        return 1
    finally:
        if timing is not None:
            print(timing.summary(events.first_byte_seconds), file=sys.stderr, flush=True)
    return 0


def _open(options: argparse.Namespace, prompt: str) -> EventStream:
    return stream(
        options.url,
        prompt,
        method="GET" if options.get else "POST",
        headers=dict(options.header),
        signing=signing_from(options),
        timeouts=Timeouts(
            connect_seconds=options.connect_seconds,
            first_byte_seconds=options.first_byte_seconds,
            read_seconds=options.read_seconds,
        ),
        retries=Retries(limit=options.retries),
    )


def _prompt(parser: argparse.ArgumentParser, options: argparse.Namespace) -> str:
    if options.prompt is not None and options.file is not None:
        parser.error("Expected a prompt or a --file, got both.")
    if options.file is not None:
        try:
            return Path(options.file).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            parser.error(f"Expected a file of UTF-8 text, got an error: {error}")
    if options.prompt not in (None, "-"):
        return str(options.prompt)
    if options.prompt is None and sys.stdin.isatty():
        parser.error("Expected a prompt: as an argument, a --file, or on standard input.")
    return sys.stdin.read()


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=program(),
        description=_DESCRIPTION,
        epilog=_EPILOG.format(program=program()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_request_arguments(parser)
    parser.add_argument(
        "prompt",
        nargs="?",
        metavar="PROMPT",
        help="The text to send; - reads standard input. Default: standard input.",
    )
    parser.add_argument("--file", metavar="FILE", help="Send the text of this UTF-8 file. Default: PROMPT.")
    parser.add_argument(
        "--json", action="store_true", help="Print each event as a line of JSON. Default: print the text alone."
    )
    parser.add_argument(
        "--timing",
        action="store_true",
        help="Print on standard error when each chunk arrived, in milliseconds, and a summary. Default: off.",
    )
    parser.add_argument(
        "--get", action="store_true", help="Send the prompt in the query of a GET. Default: in the body of a POST."
    )
    waits = Timeouts()
    for name, default, sentence in (
        ("--connect-seconds", waits.connect_seconds, "Give up when there is no connection after this long."),
        ("--first-byte-seconds", waits.first_byte_seconds, "Give up when there is no answer after this long."),
        (
            "--read-seconds",
            waits.read_seconds,
            "Give up when no byte of the stream, not even a heartbeat, arrives for this long.",
        ),
    ):
        add_seconds_argument(parser, name, default, sentence)
    parser.add_argument(
        "--retries",
        type=int,
        default=Retries().limit,
        metavar="COUNT",
        help="Send the request again this many times at most, before anything of an answer has arrived. Default: "
        "%(default)s times.",
    )
    return parser
