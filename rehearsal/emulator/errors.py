"""
EmulatorError
├── NotDeployable      Lambda would refuse the function
├── TooManyRequests    every environment is busy
├── PayloadTooLarge    the event of a request, or its answer, is over the limit
└── InvocationFailed   the function did not answer, or not to the end
"""

from __future__ import annotations


class EmulatorError(Exception):
    pass


class NotDeployable(EmulatorError, ValueError):
    pass


class TooManyRequests(EmulatorError):
    pass


class PayloadTooLarge(EmulatorError):
    pass


class InvocationFailed(EmulatorError):
    """`kind` is an error type of Lambda, e.g. Runtime.ExitError or Sandbox.Timeout."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(f"{kind}: {message}")
        self.kind = kind
        self.message = message
