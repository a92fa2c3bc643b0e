"""`make demo`: streams an answer out of the very bundle that `cdk deploy` would publish."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from client import Chunk, StreamError, stream
from client.printing import Timing
from infra.function.adapter_variables import RESPONSE_STREAM
from tools.assembly import find_function
from tools.local import running

_ASSEMBLY = Path(__file__).parents[1] / "cdk.out"
_PROMPT = (
    "Once upon a time a function answered all at once, and everyone waited for the last word before they saw "
    "the first. Then it learned to stream: a few words left as soon as they were known, the next ones followed, "
    "and nobody counted the seconds any more."
)


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    function = find_function(options.assembly, options.stage, invoke_mode=RESPONSE_STREAM)
    print(f"Function  {options.assembly.name}/{function.asset.name}, handler {function.handler}")
    with running(function) as url:
        print(f"Serving   {url}/stream\n", flush=True)
        try:
            return print_stream(f"{url}/stream", options.input)
        except StreamError as error:
            print(error, file=sys.stderr)
            return 1


def print_stream(url: str, prompt: str) -> int:
    """Prints each chunk with its time of arrival, and a summary. The local source answers with its prompt."""
    timing = Timing(sys.stdout)
    text = ""
    with stream(url, prompt) as events:
        for event in events:
            if isinstance(event, Chunk):
                timing.note(event)
                text += event.text
    summary = timing.summary(events.first_byte_seconds)
    if text != prompt:
        print(f"\n{summary}", flush=True)
        print("Expected the streamed text to be the input; it is not.", file=sys.stderr)
        return 1
    print(f"\n{summary} The text is the input, streamed.", flush=True)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.demo", description=__doc__)
    parser.add_argument(
        "--assembly", type=Path, default=_ASSEMBLY, metavar="FOLDER", help="The cloud assembly. Default: cdk.out."
    )
    parser.add_argument("--stage", default="dev", metavar="NAME", help="The stage. Default: %(default)s.")
    parser.add_argument("--input", default=_PROMPT, metavar="TEXT", help="The prompt. Default: a short story.")
    return parser


if __name__ == "__main__":
    sys.exit(main())
