"""Prints the text as it arrives. Exit code 0 only after the last event says complete; 130 after Ctrl-C.

`python -m client doctor URL` says whether an endpoint streams, and what is in the way.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from .arguments import add_request_arguments, signing_from
from .call import Retries, Timeouts
from .errors import StreamError
from .events import Chunk, Starting
from .printing import Timing, print_json, print_json_error, print_text, tell_error
from .progress import Progress
from .streams import EventStream, stream

# What a shell says of a command that wrote to a pipe nobody reads: 128 + SIGPIPE.
_NOBODY_READS = 141


def main(arguments: Sequence[str]) -> int:
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        return _print_stream(options, _prompt(parser, options))
    except BrokenPipeError:
        # The interpreter flushes at its end, and would complain there. https://docs.python.org/3/library/signal.html
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _NOBODY_READS


def _print_stream(options: argparse.Namespace, prompt: str) -> int:
    in_text = False
    timing = Timing() if options.timing else None
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
        tell_error(error, in_text=in_text)
        return 1
    finally:
        if timing is not None:
            timing.sum_up(events.first_byte_seconds)
    return 0


def _open(options: argparse.Namespace, prompt: str) -> EventStream:
    return stream(
        options.url,
        prompt,
        method="GET" if options.get else "POST",
        headers=dict(options.header),
        signing=signing_from(options),
        timeouts=Timeouts(
            connect=options.connect_seconds,
            first_byte=options.first_byte_seconds,
            between_frames=options.silence_seconds,
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


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m client", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_request_arguments(parser)
    parser.add_argument("prompt", nargs="?", help="by default, and for -, standard input")
    parser.add_argument("--file", help="holds the prompt")
    parser.add_argument("--json", action="store_true", help="one event a line, as JSON")
    parser.add_argument("--timing", action="store_true", help="arrival times, time to first byte and rate")
    parser.add_argument("--get", action="store_true", help="send the prompt in the query of a GET")
    waits = Timeouts()
    parser.add_argument("--connect-seconds", type=float, default=waits.connect, help="%(default)s by default")
    parser.add_argument("--first-byte-seconds", type=float, default=waits.first_byte, help="%(default)s by default")
    parser.add_argument(
        "--silence-seconds",
        type=float,
        default=waits.between_frames,
        help="of the stream; %(default)s by default",
    )
    parser.add_argument(
        "--retries", type=int, default=Retries().limit, help="before the first byte only; %(default)s by default"
    )
    return parser
