"""`python -m rehearsal.account_server PORT`: an AWS account on loopback, until it is ended."""

from __future__ import annotations

import sys

from moto.server import main

from .cloudformation_models import register

if __name__ == "__main__":
    register()
    main(["--port", sys.argv[1]])
