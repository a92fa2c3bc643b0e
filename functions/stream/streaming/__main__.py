"""`python -m streaming APPLICATION PORT`: the ASGI server behind the adapter. APPLICATION is Lambda's handler name."""

from __future__ import annotations

import sys

import uvicorn

from .logs import configure_logging

# The adapter keeps idle connections for 4 s; the server has to keep them longer.
_KEEP_ALIVE_SECONDS = 10
# Lambda kills the process earlier; elsewhere this bounds how long a stream may take to say goodbye.
_GOODBYE_SECONDS = 2
# A query may carry the whole input, three bytes of percent-encoding for each of its bytes.
_REQUEST_HEAD_BYTES = 256 * 1024


def main(arguments: list[str]) -> None:
    configure_logging()
    module, _, attribute = arguments[0].rpartition(".")
    if not module:
        sys.exit(f"Expected a handler such as streaming.app.app, got {arguments[0]!r}: correct the function's handler.")
    if not arguments[1].isdigit():
        sys.exit(f"Expected AWS_LWA_PORT to be a port such as 8080, got {arguments[1]!r}.")
    uvicorn.run(
        f"{module}:{attribute}",
        host="127.0.0.1",
        port=int(arguments[1]),
        http="h11",
        loop="asyncio",
        ws="none",
        interface="asgi3",
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=_GOODBYE_SECONDS,
        h11_max_incomplete_event_size=_REQUEST_HEAD_BYTES,
    )


if __name__ == "__main__":
    main(sys.argv[1:])
