"""The last line of each stream under way, kept outside of the process in case it is killed.

run.sh prints what it finds there after the server has died, and before it starts one: Lambda keeps /tmp when it
resets an environment, so the line of a stream that ran into the function's timeout is not lost either.
https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html#runtimes-lifecycle-invoke-with-errors
"""

from __future__ import annotations

import contextlib
import logging
import os

logger = logging.getLogger(__name__)


class CrashRecords:
    def __init__(self, directory: str | None) -> None:
        """None: nobody would print them, as when the server was not started by run.sh."""
        self._directory = directory
        if directory:
            os.makedirs(directory, exist_ok=True)

    def keep(self, stream_id: str, line: str) -> None:
        if not self._directory:
            return
        try:
            with open(os.path.join(self._directory, stream_id), "w") as file:
                file.write(f"{line}\n")
        except OSError:
            # A full disk is no reason not to answer.
            logger.warning("The stream goes without a crash record.", exc_info=True)

    def remove(self, stream_id: str) -> None:
        if not self._directory:
            return
        with contextlib.suppress(FileNotFoundError):
            os.unlink(os.path.join(self._directory, stream_id))
