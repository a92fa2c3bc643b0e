"""The entry point of the command line: `python -m client`, or `lambda-stream` where the client is installed."""

from __future__ import annotations

import sys
from collections.abc import Sequence

_INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    try:
        return _run(list(sys.argv[1:] if arguments is None else arguments))
    except KeyboardInterrupt:
        print(file=sys.stderr)
        return _INTERRUPTED


def _run(arguments: list[str]) -> int:
    if arguments[:1] == ["doctor"]:
        from .doctor.command import main as doctor

        return doctor(arguments[1:])
    from .command import main as command

    return command(arguments)


if __name__ == "__main__":
    sys.exit(main())
