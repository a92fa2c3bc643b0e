"""What Lambda costs in US dollars, by AWS's price list of 2026-09-19 for us-east-1, which is that of most regions.

Free tiers, the discount on billions of GB-seconds and savings plans are not in here. Imports the standard library only:
the bench has its prices from here.
https://aws.amazon.com/lambda/pricing/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aws_cdk import aws_lambda as lambda_

REGION = "us-east-1"
AS_OF = "2026-09"

REQUEST = 0.20 / 1_000_000

#: Of an environment at work that was not provisioned, by the name of its architecture.
GB_SECOND = {"arm64": 0.0000133334, "x86_64": 0.0000166667}


def gb_second(architecture: lambda_.Architecture) -> float:
    return GB_SECOND[architecture.name]
