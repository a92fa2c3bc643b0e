"""The command that asks a service for an answer and prints its text as it arrives."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from .arguments import add_request_arguments, add_seconds_argument, program, signing_from
from .call import Retries, Timeouts
from .errors import StreamError
from .events import Chunk, Starting
from .printing import Timing, print_error, print_json, print_json_error, print_text
from .progress import Progress
from .reading import read_file, read_standard_input
from .showing import show
from .streams import EventStream, stream

_DESCRIPTION = "Asks a service for an answer and prints its text as it arrives."
_EPILOG = """\
The exit code is 0 after the last event says that the text is complete, 1 after
an error, 2 for wrong arguments, and 130 after Ctrl-C.

`{program} doctor URL` measures whether an endpoint streams, and
names the layer that does not. `{program} doctor --help` tells more.
"""


def main(arguments: Sequence[str]) -> int:
    parser = build_parser()
    # An option may stand between URL and PROMPT, which older Pythons parse in this way alone.
    # https://github.com/python/cpython/issues/59317
    options = parser.parse_intermixed_args(arguments)
    prompt = _prompt(parser, options)
    try:
        return _print_stream(options, _open(options, prompt))
    except StreamError as error:
        return _fail(options, error)


def _print_stream(options: argparse.Namespace, events: EventStream) -> int:
    in_text = False
    timing = Timing(sys.stderr) if options.timing else None
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
        return _fail(options, error, in_text=in_text)
    finally:
        if timing is not None:
            show(timing.summary(events.first_byte_seconds), sys.stderr)
    return 0


def _fail(options: argparse.Namespace, error: StreamError, *, in_text: bool = False) -> int:
    if options.json:
        print_json_error(error)
    print_error(error, in_text=in_text)
    return 1


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
    if options.prompt not in (None, "-"):
        return str(options.prompt)
    # Standard input is None where the shell closed it.
    if options.file is None and (sys.stdin is None or (options.prompt is None and sys.stdin.isatty())):
        parser.error("Expected a prompt: as an argument, a --file, or on standard input.")
    try:
        return read_standard_input(sys.stdin) if options.file is None else read_file(Path(options.file))
    except (OSError, UnicodeError) as error:
        source = "standard input" if options.file is None else "a file"
        parser.error(f"Expected {source} of UTF-8 text, got an error: {error}")


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
        type=_count,
        default=Retries().limit,
        metavar="COUNT",
        help="Send the request again this many times at most, before anything of an answer has arrived. Default: "
        "%(default)s times.",
    )
    return parser


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"Expected a whole number, 0 or more, got {text!r}.")
    return int(text)
