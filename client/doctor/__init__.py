"""Measures whether an endpoint streams, and names the layer that does not: `python -m client doctor URL`.

observe() -> Facts -> diagnose() -> Verdict. Only `observe` opens a socket.
"""

from .diagnosis import diagnose
from .facts import Arrival, Facts, Failure, Verdict

__all__ = ["Arrival", "Facts", "Failure", "Verdict", "diagnose"]
