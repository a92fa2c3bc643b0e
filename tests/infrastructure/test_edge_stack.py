from __future__ import annotations

from dataclasses import replace
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template

from functions.stream.streaming import settings as names
from infra.edge.page import SECURITY_HEADERS
from infra.settings import EdgeSettings, SettingsError
from infra.stage import StreamingStage
from tests.infrastructure.support import EDGE, JsonObject, as_list, build_edge_stage, only, properties

DISTRIBUTION = "AWS::CloudFront::Distribution"
BUCKET = "AWS::S3::Bucket"


@pytest.fixture(scope="session")
def edge_template(edge_stage: StreamingStage) -> Template:
    assert edge_stage.edge
    return Template.from_stack(edge_stage.edge)


@pytest.fixture(scope="session")
def plain_template() -> Template:
    """Of an edge with nothing but its defaults."""
    stage = build_edge_stage(edge=EdgeSettings(access_logs=False))
    assert stage.edge
    return Template.from_stack(stage.edge)


def config(template: Template) -> JsonObject:
    found = only(template, DISTRIBUTION)["DistributionConfig"]
    assert isinstance(found, dict)
    return found


def stream_behavior(template: Template) -> JsonObject:
    (behavior,) = config(template)["CacheBehaviors"]
    assert behavior["PathPattern"] == "/stream"
    assert isinstance(behavior, dict)
    return behavior


def origin_of(template: Template, behavior: JsonObject) -> JsonObject:
    (origin,) = [o for o in config(template)["Origins"] if o["Id"] == behavior["TargetOriginId"]]
    assert isinstance(origin, dict)
    return origin


def permissions(template: Template) -> list[JsonObject]:
    return properties(template, "AWS::Lambda::Permission")


def test_stage_has_no_edge_unless_it_is_asked_for(stage: StreamingStage) -> None:
    assert stage.edge is None
    assert stage.node.try_find_child("Edge") is None


def test_stream_is_neither_cached_nor_compressed(edge_template: Template) -> None:
    behavior = stream_behavior(edge_template)
    assert behavior["CachePolicyId"] == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"  # CachingDisabled
    assert behavior["Compress"] is False


def test_error_of_one_caller_is_kept_for_nobody_else(edge_template: Template, plain_template: Template) -> None:
    """These are all statuses that CloudFront caches without being asked to."""
    kept_by_default = {400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504}
    for template in (edge_template, plain_template):
        responses = config(template)["CustomErrorResponses"]
        assert responses == [{"ErrorCode": response["ErrorCode"], "ErrorCachingMinTTL": 0} for response in responses]
        assert {response["ErrorCode"] for response in responses} == kept_by_default


def test_stream_gets_every_header_of_the_viewer_but_the_host(edge_template: Template) -> None:
    policy = stream_behavior(edge_template)["OriginRequestPolicyId"]
    assert policy == "b689b0a8-53d0-40ab-baf2-68738e2966ac"  # AllViewerExceptHostHeader


def test_stream_takes_posts_over_tls_alone(edge_template: Template) -> None:
    behavior = stream_behavior(edge_template)
    assert "POST" in behavior["AllowedMethods"]
    assert behavior["ViewerProtocolPolicy"] == "https-only"


def test_stream_origin_is_the_function_url_and_signed(edge_template: Template) -> None:
    origin = origin_of(edge_template, stream_behavior(edge_template))
    assert "FunctionUrl" in str(origin["DomainName"])
    controls = {c["Name"]: c for c in _access_controls(edge_template)}
    (signed,) = [c for c in controls.values() if c["OriginAccessControlOriginType"] == "lambda"]
    assert (signed["SigningBehavior"], signed["SigningProtocol"]) == ("always", "sigv4")
    assert "StreamOrigin" in origin["OriginAccessControlId"]["Fn::GetAtt"][0]


def test_url_asks_everyone_for_a_signature(edge_stage: StreamingStage) -> None:
    template = Template.from_stack(edge_stage.stream)
    assert only(template, "AWS::Lambda::Url")["AuthType"] == "AWS_IAM"
    template.resource_count_is("AWS::Lambda::Permission", 0)


def test_both_permissions_are_given_on_the_alias(edge_template: Template) -> None:
    granted = {p["Action"]: p for p in permissions(edge_template)}
    assert set(granted) == {"lambda:InvokeFunctionUrl", "lambda:InvokeFunction"}
    assert granted["lambda:InvokeFunction"]["InvokedViaFunctionUrl"] is True
    for permission in granted.values():
        assert "StreamLive" in permission["FunctionName"]["Fn::GetStackOutput"]["OutputName"]


def test_permissions_are_for_this_distribution_alone(edge_template: Template) -> None:
    (distribution,) = edge_template.find_resources(DISTRIBUTION)
    for permission in permissions(edge_template):
        assert permission["Principal"] == "cloudfront.amazonaws.com"
        prefix, reference = permission["SourceArn"]["Fn::Join"][1]
        assert prefix.endswith(":cloudfront::123456789012:distribution/")
        assert reference == {"Ref": distribution}


def test_timeouts_nest_heartbeat_then_read_then_function_then_response(edge_stage: StreamingStage) -> None:
    assert edge_stage.edge
    template = Template.from_stack(edge_stage.edge)
    origin = origin_of(template, stream_behavior(template))
    function = only(Template.from_stack(edge_stage.stream), "AWS::Lambda::Function")
    heartbeat = int(function["Environment"]["Variables"][names.HEARTBEAT_SECONDS])
    read = origin["CustomOriginConfig"]["OriginReadTimeout"]
    assert heartbeat < read < function["Timeout"] < origin["ResponseCompletionTimeout"]


def test_stream_that_does_not_begin_is_not_asked_for_again(edge_template: Template) -> None:
    assert origin_of(edge_template, stream_behavior(edge_template))["ConnectionAttempts"] == 1


def test_page_is_the_root_over_tls(edge_template: Template) -> None:
    assert config(edge_template)["DefaultRootObject"] == "index.html"
    assert config(edge_template)["DefaultCacheBehavior"]["ViewerProtocolPolicy"] == "redirect-to-https"


def test_page_bucket_is_private_and_read_by_this_distribution_alone(edge_template: Template) -> None:
    origin = origin_of(edge_template, config(edge_template)["DefaultCacheBehavior"])
    bucket = origin["DomainName"]["Fn::GetAtt"][0]
    resource = edge_template.find_resources(BUCKET)[bucket]["Properties"]
    assert all(resource["PublicAccessBlockConfiguration"].values())
    (policy,) = [
        p["PolicyDocument"]["Statement"]
        for p in properties(edge_template, "AWS::S3::BucketPolicy")
        if p["Bucket"] == {"Ref": bucket}
    ]
    (read,) = [s for s in policy if s["Principal"] == {"Service": "cloudfront.amazonaws.com"}]
    (distribution,) = edge_template.find_resources(DISTRIBUTION)
    assert read["Action"] == "s3:GetObject"
    assert {"Ref": distribution} in read["Condition"]["StringEquals"]["AWS:SourceArn"]["Fn::Join"][1]


def test_page_is_deployed_and_never_stale(edge_template: Template) -> None:
    deployment = only(edge_template, "Custom::CDKBucketDeployment")
    assert deployment["Prune"] is True
    assert deployment["SystemMetadata"] == {"cache-control": "no-cache"}


def test_deployment_may_touch_the_page_and_nothing_else(edge_template: Template) -> None:
    (policy,) = [p for p in properties(edge_template, "AWS::IAM::Policy") if "Deployment" in str(p["Roles"])]
    actions = [action for s in policy["PolicyDocument"]["Statement"] for action in as_list(s["Action"])]
    assert not [action for action in actions if "*" in str(action)]
    (asset,) = [s for s in policy["PolicyDocument"]["Statement"] if s["Action"] == "s3:GetObject"]
    assert asset["Resource"].endswith(".zip")


def test_every_behavior_carries_the_security_headers(edge_template: Template) -> None:
    (policy,) = edge_template.find_resources("AWS::CloudFront::ResponseHeadersPolicy")
    behaviors = [config(edge_template)["DefaultCacheBehavior"], stream_behavior(edge_template)]
    assert [b["ResponseHeadersPolicyId"] for b in behaviors] == [{"Ref": policy}] * 2


def test_security_headers_are_those_of_the_page(edge_template: Template) -> None:
    policy = only(edge_template, "AWS::CloudFront::ResponseHeadersPolicy")["ResponseHeadersPolicyConfig"]
    headers = policy["SecurityHeadersConfig"]
    assert all(header.pop("Override") for header in headers.values())
    transport = headers["StrictTransportSecurity"]
    assert {
        "content-security-policy": headers["ContentSecurityPolicy"]["ContentSecurityPolicy"],
        "referrer-policy": headers["ReferrerPolicy"]["ReferrerPolicy"],
        "strict-transport-security": f"max-age={transport['AccessControlMaxAgeSec']}; includeSubDomains",
        "x-content-type-options": "nosniff" if "ContentTypeOptions" in headers else "",
        "x-frame-options": headers["FrameOptions"]["FrameOption"],
    } == SECURITY_HEADERS
    assert transport["IncludeSubdomains"] is True


def test_names_and_certificate_raise_the_floor_of_tls(edge_template: Template) -> None:
    assert config(edge_template)["Aliases"] == ["stream.example.com"]
    certificate = config(edge_template)["ViewerCertificate"]
    assert certificate["AcmCertificateArn"].startswith("arn:aws:acm:us-east-1:")
    assert certificate["MinimumProtocolVersion"] == "TLSv1.2_2021"


def test_certificate_of_another_account_is_refused_by_name() -> None:
    other = replace(EDGE, certificate_arn="arn:aws:acm:us-east-1:210987654321:certificate/one")
    with pytest.raises(SettingsError, match=r"^Setting certificate_arn: got .+: an ARN of account 123456789012\.$"):
        build_edge_stage(edge=other)


def test_names_are_those_of_cloudfront_without_a_certificate(plain_template: Template) -> None:
    assert not {"Aliases", "ViewerCertificate", "WebACLId"} & set(config(plain_template))


def test_firewall_is_in_us_east_1_for_an_edge_elsewhere(edge_stage: StreamingStage, edge_template: Template) -> None:
    assert edge_stage.firewall
    assert edge_stage.edge
    assert (edge_stage.firewall.region, edge_stage.edge.region) == ("us-east-1", "eu-west-1")
    acl = config(edge_template)["WebACLId"]["Fn::GetStackOutput"]
    assert (acl["StackName"], acl["Region"]) == ("test-Firewall", "us-east-1")


def test_firewall_is_in_us_east_1_for_an_edge_there_as_well() -> None:
    stage = build_edge_stage(env=cdk.Environment(account="123456789012", region="us-east-1"))
    assert stage.edge
    acl = config(Template.from_stack(stage.edge))["WebACLId"]["Fn::GetStackOutput"]
    assert (acl["StackName"], acl["Region"]) == ("test-Firewall", "us-east-1")


@pytest.mark.parametrize("env", [cdk.Environment(), cdk.Environment(region="eu-west-1")])
def test_firewall_needs_an_account_and_a_region(env: cdk.Environment) -> None:
    with pytest.raises(SettingsError, match=r"^Setting firewall: got .+ not known at synth; allowed: None, or .+\.$"):
        build_edge_stage(env=env)


def test_edge_without_firewall_and_access_logs_needs_neither() -> None:
    assert build_edge_stage(edge=EdgeSettings(access_logs=False), env=cdk.Environment()).edge


@pytest.mark.usefixtures("edge_template")
def test_stacks_depend_on_each_other_one_way(edge_stage: StreamingStage) -> None:
    assert edge_stage.edge
    assert {stack.node.id for stack in edge_stage.edge.dependencies} == {"Stream", "Firewall"}
    for stack in (edge_stage.stream, edge_stage.api, edge_stage.monitoring):
        assert "Edge" not in {dependency.node.id for dependency in stack.dependencies}


def test_two_builds_are_the_same_template(edge_template: Template) -> None:
    again = build_edge_stage()
    assert again.edge
    assert Template.from_stack(again.edge).to_json() == edge_template.to_json()


def test_output_is_the_page(edge_template: Template) -> None:
    # What other stacks refer to is an output too.
    for_people = {name for name in edge_template.to_json()["Outputs"] if not name.startswith("PublishOutput")}
    assert for_people == {"PageUrl", "DistributionDomainName"}


def _access_controls(template: Template) -> list[dict[str, Any]]:
    found = properties(template, "AWS::CloudFront::OriginAccessControl")
    return [control["OriginAccessControlConfig"] for control in found]
