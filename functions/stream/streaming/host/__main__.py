"""Starts the server behind the adapter: `python -m streaming.host HANDLER PORT`, such as `streaming.app.app 8080`.

docs/architecture.md, deviation 4.
"""

from __future__ import annotations

import gc
import os
import sys

if __name__ == "__main__":
    # Imports leave no garbage; server.py enables the collector after them.
    gc.disable()

from ..logs import configure_logging
from ..settings import CRASH_RECORDS
from .crash_records import print_crash_records
from .server import serve

_LAST_PORT = 65535


def main(arguments: list[str]) -> None:
    configure_logging()
    module, _, attribute = arguments[0].rpartition(".")
    if not module:
        sys.exit(f"Expected a handler such as streaming.app.app, got {arguments[0]!r}: correct the function's handler.")
    if not arguments[1].isdecimal() or int(arguments[1]) > _LAST_PORT:
        sys.exit(f"Expected AWS_LWA_PORT to be a port such as 8080, got {arguments[1]!r}.")
    if folder := os.environ.get(CRASH_RECORDS):
        print_crash_records(folder)
    serve(f"{module}:{attribute}", int(arguments[1]))


if __name__ == "__main__":
    main(sys.argv[1:])
