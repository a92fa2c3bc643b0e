"""The forms of settings that are names or identifiers of something else."""

from __future__ import annotations

import re

#: The name of a stage begins the names of its CloudFormation stacks, which have no underscores and dots; cdk.Stage
#: requires two characters.
#: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html
STAGE_NAME = re.compile(r"[a-z][a-z0-9-]+")
MAX_STACK_NAME_CHARACTERS = 128

#: Lambda's layers do not say which machines they run on, so the end of the name does.
LAYER_VERSION_ARN = re.compile(
    r"arn:aws[a-z-]*:lambda:(?P<region>[a-z0-9-]+):\d{12}:layer:[\w-]*(arm64|x86|x86_64):[1-9]\d*",
    re.ASCII | re.IGNORECASE,
)

#: https://docs.aws.amazon.com/bedrock/latest/userguide/models-supported.html
MODEL_ID = re.compile(r"[a-z0-9][a-z0-9.:_-]*")
#: The id of a profile that AWS defines: a geography, as in `eu.` or `us-gov.`, or `global.`, and the id of the model.
#: https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-support.html
PROFILE_ID = re.compile(rf"([a-z]{{2}}(-gov)?|apac|global)\.{MODEL_ID.pattern}")
#: The ARN of a profile, of which the last part is the id: one that AWS defines, or an application inference profile.
PROFILE_ARN = re.compile(
    r"arn:aws[a-z-]*:bedrock:[a-z0-9-]+:\d{12}:"
    rf"(inference-profile/(?P<id>{PROFILE_ID.pattern})|application-inference-profile/[a-z0-9]+)",
    re.ASCII,
)

#: https://docs.aws.amazon.com/lambda/latest/api/API_GetLayerVersionByArn.html has it in the pattern of an ARN.
REGION = re.compile(r"(eusc-)?[a-z]{2}(-gov|-iso[a-z]?)?-[a-z]+-[0-9]")

#: A host name of two labels or more as DNS has it: lower case, other scripts as `xn--`.
_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
DOMAIN_NAME = re.compile(rf"(?=.{{4,253}}$)({_LABEL}\.)+{_LABEL}")
EMAIL = re.compile(rf"[A-Za-z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@{DOMAIN_NAME.pattern}", re.IGNORECASE)

#: CloudFront takes certificates of this region only.
CERTIFICATE_ARN = re.compile(r"arn:aws:acm:us-east-1:\d{12}:certificate/[A-Za-z0-9-]+", re.ASCII)

#: An issuer has no query and no fragment. https://openid.net/specs/openid-connect-core-1_0.html#IDToken
ISSUER = re.compile(r"https://[^/?#@:\s]+(:[0-9]{1,5})?(/[^?#\s]*)?")

#: A name of the IANA database, such as Etc/GMT+1 or America/Port-au-Prince.
TIME_ZONE = re.compile(r"[A-Za-z]+(/[A-Za-z0-9_+-]+)*")


def is_word(text: str) -> bool:
    """Says whether the text is one printable word without spaces."""
    return text.split() == [text] and text.isprintable()
