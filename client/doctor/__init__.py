"""`python -m client doctor URL`: does it stream, and if not, which layer is in the way?

probe -> Facts -> diagnose() -> Verdict. Only the probe opens a socket; all after it is a function of what was seen.
"""

from .diagnosis import Verdict, diagnose
from .facts import Arrival, Facts, Failure

__all__ = ["Arrival", "Facts", "Failure", "Verdict", "diagnose"]
