"""`python -m client URL PROMPT` prints the text as it arrives; `python -m client doctor URL` says whether it streams.

Exit code 0 only after the last event says complete.
"""

from __future__ import annotations

import argparse
import contextlib
import sys

from . import Chunk, StreamError, stream


def main(arguments: list[str] | None = None) -> int:
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments[:1] == ["doctor"]:
        from .doctor.command import main as doctor

        return doctor(arguments[1:])
    parser = argparse.ArgumentParser(prog="python -m client", description=__doc__)
    parser.add_argument("url", help="the stream's endpoint, or the service's root")
    parser.add_argument("prompt")
    options = parser.parse_args(arguments)
    try:
        with contextlib.closing(stream(options.url, options.prompt)) as events:
            for event in events:
                if isinstance(event, Chunk):
                    print(event.text, end="", flush=True)
    except StreamError as error:
        print(f"\n{error}" + (f" Stream id: {error.stream_id}." if error.stream_id else ""), file=sys.stderr)
        return 1
    print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
