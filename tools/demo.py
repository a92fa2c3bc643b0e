"""`make demo`: streams an answer out of the very bundle that `cdk deploy` would publish."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from client import Chunk, Event, StreamError, stream
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
    parser = argparse.ArgumentParser(prog="python -m tools.demo", description=__doc__)
    parser.add_argument("--assembly", type=Path, default=_ASSEMBLY)
    parser.add_argument("--stage", default="dev")
    parser.add_argument("--input", default=_PROMPT)
    options = parser.parse_args(arguments)
    function = find_function(options.assembly, options.stage, invoke_mode=RESPONSE_STREAM)
    print(f"Function  {options.assembly.name}/{function.asset.name}, handler {function.handler}")
    with running(function) as url:
        print(f"Serving   {url}/stream\n")
        try:
            text = _print_events(stream(f"{url}/stream", options.input))
        except StreamError as error:
            print(error, file=sys.stderr)
            return 1
    if text != options.input:
        print("Expected the streamed text to be the input; it is not.", file=sys.stderr)
        return 1
    return 0


def _print_events(events: Iterable[Event]) -> str:
    """Returns the joined text."""
    started = time.monotonic()
    first_byte_seconds = 0.0
    chunks = []
    for event in events:
        elapsed = time.monotonic() - started
        first_byte_seconds = first_byte_seconds or elapsed
        if isinstance(event, Chunk):
            chunks.append(event.text)
            print(f"{elapsed * 1000:7.0f} ms  {event.text!r}", flush=True)
    text = "".join(chunks)
    print(
        f"\nTime to first byte {first_byte_seconds * 1000:.0f} ms, {len(chunks)} chunks, "
        f"{len(text.encode())} bytes of text in {time.monotonic() - started:.2f} s. The text is the input, streamed."
    )
    return text


if __name__ == "__main__":
    sys.exit(main())
