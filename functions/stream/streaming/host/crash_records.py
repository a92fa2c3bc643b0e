"""The crash records: the last log line of each stream that runs, kept in a file in case the process is killed.

The next start prints them, since Lambda keeps /tmp when it resets an environment.
https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html#runtimes-lifecycle-invoke-with-errors
(docs/architecture.md, deviation 10)
"""

from __future__ import annotations

import contextlib
import logging
import os
import sys

logger = logging.getLogger(__name__)


class CrashRecords:
    def __init__(self, folder: str | None) -> None:
        """Without a folder, no records are kept."""
        self._folder = folder
        if folder:
            # A full disk is no reason not to answer: the streams go without crash records.
            with contextlib.suppress(OSError):
                os.makedirs(folder, exist_ok=True)

    def keep(self, stream_id: str, line: str) -> None:
        if not self._folder:
            return
        try:
            with open(os.path.join(self._folder, stream_id), "w") as file:
                file.write(f"{line}\n")
        except OSError:
            logger.warning("The stream goes without a crash record.", exc_info=True)

    def remove(self, stream_id: str) -> None:
        if not self._folder:
            return
        with contextlib.suppress(OSError):
            os.unlink(os.path.join(self._folder, stream_id))


def print_crash_records(folder: str) -> None:
    """Prints and removes the records that an earlier process left in the folder."""
    if os.path.islink(folder):
        return
    with contextlib.suppress(OSError):
        for entry in os.scandir(folder):
            if entry.is_file(follow_symlinks=False):
                with open(entry.path) as file:
                    sys.stdout.write(file.read())
                os.unlink(entry.path)
        sys.stdout.flush()
