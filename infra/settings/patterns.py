"""The forms of settings that are names or identifiers of something else."""

from __future__ import annotations

import re

#: The name of a stage begins the names of its CloudFormation stacks, which have no underscores and dots; cdk.Stage
#: requires two characters.
#: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html
STAGE_NAME = re.compile(r"[a-z][a-z0-9-]+")
MAX_STACK_NAME_CHARACTERS = 128

#: What a browser sends as `Origin`: no path, no slash at the end, and no port that is the scheme's own.
#: https://www.rfc-editor.org/rfc/rfc6454#section-6.2
ORIGIN = re.compile(
    r"(?!https://.*:443$|http://.*:80$)"
    r"[a-z][a-z0-9+.-]*://([a-z0-9-]+(\.[a-z0-9-]+)*|\[[0-9a-f:]+\])(:[1-9][0-9]{0,4})?"
)

#: Lambda's layers do not say which machines they run on, so the end of the name does.
LAYER_VERSION_ARN = re.compile(
    r"arn:aws[a-z-]*:lambda:(?P<region>[a-z0-9-]+):\d{12}:layer:[\w-]*(arm64|x86|x86_64):\d+", re.ASCII | re.IGNORECASE
)

#: https://docs.aws.amazon.com/bedrock/latest/userguide/models-supported.html
MODEL_ID = re.compile(r"[a-z0-9][a-z0-9.:_/-]*")
#: The id of a profile that AWS defines: a geography, as in `eu.` or `us-gov.`, or `global.`, and the id of the model.
#: https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-support.html
PROFILE_ID = re.compile(rf"([a-z]{{2}}(-gov)?|apac|global)\.{MODEL_ID.pattern}")
