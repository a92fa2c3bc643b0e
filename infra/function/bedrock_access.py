"""The permissions that a role needs to stream from one Bedrock model."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from ..own_arns import require_own_region
from ..settings import BedrockSettings

#: ConverseStream is authorised as this action.
#: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html
_ACTION = "bedrock:InvokeModelWithResponseStream"


def grant_converse_stream(role: iam.Role, settings: BedrockSettings) -> None:
    """Allows the one model of the settings, and with an inference profile only through that profile.

    Raises SettingsError for the ARN of a profile in another region.
    """
    for statement in _statements(role, settings):
        role.add_to_policy(statement)


def _statements(scope: Construct, settings: BedrockSettings) -> list[iam.PolicyStatement]:
    stack = cdk.Stack.of(scope)
    if settings.inference_profile_id is None:
        return [iam.PolicyStatement(actions=[_ACTION], resources=[_model_arn(stack, settings, stack.region)])]
    profile = _profile_arn(stack, settings, settings.inference_profile_id)
    # A profile forwards the call to the model in one of its regions; the condition rules out direct calls.
    # https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-prereq.html
    models = [_model_arn(stack, settings, region) for region in _model_regions(stack, settings)]
    condition = {"StringEquals": {"bedrock:InferenceProfileArn": profile}}
    return [
        iam.PolicyStatement(actions=[_ACTION], resources=[profile]),
        iam.PolicyStatement(actions=[_ACTION], resources=models, conditions=condition),
    ]


def _model_regions(stack: cdk.Stack, settings: BedrockSettings) -> Sequence[str]:
    """Returns the regions in the ARNs of the model. A global profile asks for its own region and for none.

    https://docs.aws.amazon.com/bedrock/latest/userguide/global-cross-region-inference.html
    """
    return (stack.region, "") if settings.is_global else settings.inference_profile_regions


def _profile_arn(stack: cdk.Stack, settings: BedrockSettings, profile_id: str) -> str:
    arn = settings.inference_profile_arn
    if arn is None:
        return stack.format_arn(service="bedrock", resource="inference-profile", resource_name=profile_id)
    require_own_region("inference_profile_id", arn, stack)
    return arn


def _model_arn(stack: cdk.Stack, settings: BedrockSettings, region: str) -> str:
    return stack.format_arn(
        service="bedrock", region=region, account="", resource="foundation-model", resource_name=settings.model_id
    )
