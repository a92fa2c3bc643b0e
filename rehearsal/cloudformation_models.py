"""CloudFormation types that moto has no model for, or one that fails on templates like ours.

`register()` is enough: moto takes its models from the subclasses of CloudFormationModel, the last of a type first.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.apigateway.models import Deployment as MotoDeployment
from moto.awslambda.models import LambdaFunction as MotoFunction
from moto.awslambda.utils import get_backend as lambda_backend
from moto.cloudformation import parsing
from moto.cloudformation.models import cloudformation_backends
from moto.core.common_models import CloudFormationModel
from moto.kms.models import kms_backends


class _CreatedOnce:
    """What CloudFormation asks of a resource that is never changed."""

    def __init__(self, physical_resource_id: str, attributes: Mapping[str, str] | None = None) -> None:
        self.physical_resource_id = physical_resource_id
        self._attributes = attributes or {}

    @staticmethod
    def cloudformation_name_type() -> str:
        return ""

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        return True

    def get_cfn_attribute(self, name: str) -> str:
        return self._attributes[name]

    def is_created(self) -> bool:
        return True


class Function(CloudFormationModel):
    """moto's own, which drops what the template says of layers and architecture."""

    @staticmethod
    def cloudformation_type() -> str:
        return "AWS::Lambda::Function"

    @staticmethod
    def cloudformation_name_type() -> str:
        return "FunctionName"

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: dict[str, Any], account_id: str, region_name: str, **names: Any
    ) -> MotoFunction:
        function = MotoFunction.create_from_cloudformation_json(
            resource_name, cloudformation_json, account_id, region_name, **names
        )
        wanted = cloudformation_json["Properties"]
        function.layers = [{"Arn": arn, "CodeSize": 0} for arn in wanted["Layers"]]
        function.architectures = wanted["Architectures"]
        return function


class Alias(_CreatedOnce, CloudFormationModel):
    @staticmethod
    def cloudformation_type() -> str:
        return "AWS::Lambda::Alias"

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: dict[str, Any], account_id: str, region_name: str, **_: Any
    ) -> Alias:
        wanted = cloudformation_json["Properties"]
        alias = lambda_backend(account_id, region_name).create_alias(
            wanted["Name"], wanted["FunctionName"], wanted["FunctionVersion"], "", ""
        )
        return cls(alias.arn)


class Version(_CreatedOnce, CloudFormationModel):
    """moto's own does not know Fn::GetAtt Version, which every alias of CDK asks for."""

    @staticmethod
    def cloudformation_type() -> str:
        return "AWS::Lambda::Version"

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: dict[str, Any], account_id: str, region_name: str, **_: Any
    ) -> Version:
        backend = lambda_backend(account_id, region_name)
        published = backend.publish_version(cloudformation_json["Properties"]["FunctionName"])
        assert published
        return cls(published.function_arn, {"Version": str(published.version)})


class Url(_CreatedOnce, CloudFormationModel):
    @staticmethod
    def cloudformation_type() -> str:
        return "AWS::Lambda::Url"

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: dict[str, Any], account_id: str, region_name: str, **_: Any
    ) -> Url:
        wanted = cloudformation_json["Properties"]
        config = lambda_backend(account_id, region_name).create_function_url_config(wanted["TargetFunctionArn"], wanted)
        arn = config.function.function_arn
        return cls(arn, {"FunctionUrl": f"{config.url}/", "FunctionArn": arn})


class Key(_CreatedOnce, CloudFormationModel):
    """moto's own fails on a key with tags."""

    @staticmethod
    def cloudformation_type() -> str:
        return "AWS::KMS::Key"

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: dict[str, Any], account_id: str, region_name: str, **_: Any
    ) -> Key:
        wanted = cloudformation_json["Properties"]
        backend = kms_backends[account_id][region_name]
        key = backend.create_key(wanted["KeyPolicy"], "ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT", "", None)
        return cls(key.id, {"Arn": key.arn})


class Deployment(CloudFormationModel):
    """moto's own, after what it depends on: moto follows references only, and a deployment names no method."""

    @staticmethod
    def cloudformation_type() -> str:
        return "AWS::ApiGateway::Deployment"

    @staticmethod
    def cloudformation_name_type() -> str:
        return "Deployment"

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: dict[str, Any], account_id: str, region_name: str, **names: Any
    ) -> MotoDeployment:
        stack = cloudformation_backends[account_id][region_name].get_stack(names["StackId"])
        for needed in cloudformation_json.get("DependsOn", ()):
            _ = stack.resource_map[needed]
        return MotoDeployment.create_from_cloudformation_json(
            resource_name, cloudformation_json, account_id, region_name, **names
        )


#: Of a resource that exists by name only, so that others can refer to it.
NOT_EMULATED = "not-emulated-"


class _NotEmulated(_CreatedOnce):
    def get_cfn_attribute(self, name: str) -> str:
        return f"{self.physical_resource_id}-{name}"

    @classmethod
    def create_from_cloudformation_json(cls, resource_name: str, *_: Any, **names: Any) -> _NotEmulated:
        return cls(NOT_EMULATED + str(names["LogicalId"]))


def register() -> None:
    """Gives every type that is left a place-holder, which the rehearsal lists by name, and moto a missing intrinsic."""
    known_model, known_intrinsics = parsing.resource_class_from_type, parsing.clean_json

    def model_or_stand_in(resource_type: str) -> Any:
        return known_model(resource_type) or _NotEmulated

    def resolve(value: Any, resources: parsing.ResourceMap) -> Any:
        match value:
            # https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
            case {"Fn::GetStackOutput": {"StackName": name, "Region": region, "OutputName": output}}:
                stack = cloudformation_backends[str(resources["AWS::AccountId"])][region].get_stack(name)
                found = stack.output_map[output]
                assert found
                return found.value
        return known_intrinsics(value, resources)

    parsing.resource_class_from_type = model_or_stand_in
    parsing.clean_json = resolve  # type: ignore[assignment]  # the parameters' names differ
