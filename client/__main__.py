"""The entry point of the command line: `python -m client`, or `lambda-stream` where the client is installed."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from .showing import show

_INTERRUPTED = 130
# A shell's exit code for a command that wrote to a pipe whose reader has left: 128 + SIGPIPE.
_NOBODY_READS = 141


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit code."""
    try:
        return _run(list(sys.argv[1:] if arguments is None else arguments))
    except KeyboardInterrupt:
        show("", sys.stderr)
        return _INTERRUPTED
    except BrokenPipeError:
        # The interpreter flushes at its end, and would complain there. https://docs.python.org/3/library/signal.html
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _NOBODY_READS


def _run(arguments: list[str]) -> int:
    if arguments[:1] == ["doctor"]:
        from .doctor.command import main as doctor

        return doctor(arguments[1:])
    from .command import main as command

    return command(arguments)


if __name__ == "__main__":
    sys.exit(main())
