"""Lambda's prices in US dollars, from AWS's price list of 2026-09-19 for us-east-1; most regions have the same.

Free tiers, the discount on billions of GB-seconds and savings plans are left out. The module imports no CDK, because
the bench takes its prices from here.
https://aws.amazon.com/lambda/pricing/
"""

from __future__ import annotations

from ..architecture import Architecture

REGION = "us-east-1"
AS_OF = "2026-09"

REQUEST = 0.20 / 1_000_000

#: The price of a GB-second in an environment that is not provisioned.
GB_SECOND: dict[Architecture, float] = {"arm64": 0.0000133334, "x86_64": 0.0000166667}
