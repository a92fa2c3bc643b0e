"""The names that stand in more than one place: tags, outputs, ids of constructs. Imports the standard library only."""

from __future__ import annotations

#: The tag of every resource of a stage; its value is the name of the stage. AWS Budgets sees the tag once somebody has
#: activated it as a cost allocation tag, by hand, once for each organisation.
#: https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/activating-tags.html
STAGE_TAG = "stage"

#: The outputs of the stack of the streaming function that `make doctor` reads.
STREAM_URL_OUTPUT = "StreamUrl"
INVOKER_ROLE_ARN_OUTPUT = "InvokerRoleArn"

#: The path that streams, at the function URL and at the edge.
STREAM_PATH = "/stream"

#: The alias of each function that every caller uses.
ALIAS_NAME = "live"

#: The ids that the name of the invoker role is made of.
STREAM_STACK_ID = "Stream"
INVOKER_ID = "Invoker"


def invoker_role_pattern(stage: str) -> str:
    """Returns an IAM pattern for the name of the stage's invoker role; CloudFormation generates the end of the name."""
    return f"{stage}-{STREAM_STACK_ID}-{INVOKER_ID}*"
