"""What CloudFront writes down of a request, where to, and for how long."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template

from infra.settings import EdgeSettings
from infra.stage import StreamingStage
from tests.infrastructure.support import (
    EDGE,
    JWT,
    as_list,
    build_edge_stage,
    build_stage,
    only,
    properties,
)

BUCKET = "AWS::S3::Bucket"


@pytest.fixture(scope="module")
def edge_template(edge_stage: StreamingStage) -> Template:
    assert edge_stage.edge
    return Template.from_stack(edge_stage.edge)


@pytest.fixture(scope="module")
def delivery_template(edge_stage: StreamingStage) -> Template:
    assert edge_stage.edge_logs
    return Template.from_stack(edge_stage.edge_logs)


def log_bucket(template: Template) -> tuple[str, Mapping[str, Any]]:
    """The bucket whose objects expire."""
    ((name, bucket),) = [
        (name, bucket)
        for name, bucket in template.find_resources(BUCKET).items()
        if "LifecycleConfiguration" in bucket["Properties"]
    ]
    return name, bucket


def test_log_leaves_out_what_may_hold_an_input_or_a_secret(delivery_template: Template) -> None:
    fields = set(only(delivery_template, "AWS::Logs::Delivery")["RecordFields"])
    assert {"date", "time", "c-ip", "cs-uri-stem", "sc-status", "x-edge-result-type"} <= fields
    assert not fields & {"cs-uri-query", "cs(Cookie)", "cs(Referer)"}


def test_older_logging_that_writes_the_query_is_off(edge_template: Template) -> None:
    assert "Logging" not in only(edge_template, "AWS::CloudFront::Distribution")["DistributionConfig"]


def test_delivery_is_in_us_east_1_from_the_distribution_to_the_bucket(
    edge_stage: StreamingStage, delivery_template: Template
) -> None:
    assert edge_stage.edge_logs
    assert edge_stage.edge
    assert (edge_stage.edge_logs.region, edge_stage.edge.region) == ("us-east-1", "eu-west-1")
    source = only(delivery_template, "AWS::Logs::DeliverySource")
    destination = only(delivery_template, "AWS::Logs::DeliveryDestination")
    delivery = only(delivery_template, "AWS::Logs::Delivery")
    assert source["LogType"] == "ACCESS_LOGS"
    assert ":distribution/" in str(source["ResourceArn"])
    assert "AccessLogsBucket" in str(destination["DestinationResourceArn"])
    (source_id,) = delivery_template.find_resources("AWS::Logs::DeliverySource")
    assert delivery["DeliverySourceName"] == {"Ref": source_id}
    assert delivery["DeliveryDestinationArn"]["Fn::GetAtt"][1] == "Arn"


@pytest.mark.parametrize("name", ["ab", "a" * 117])
def test_names_of_a_delivery_fit_and_differ_between_stages(name: str) -> None:
    names = set()
    for stage in (name, name[:-1] + "z"):
        built = build_stage(name=stage, jwt=JWT, edge=EDGE).edge_logs
        assert built
        names.add(only(Template.from_stack(built), "AWS::Logs::DeliverySource")["Name"])
    assert len(names) == 2
    assert max(map(len, names)) <= 60


def test_bucket_has_no_acls_and_takes_deliveries_of_the_account_alone(edge_template: Template) -> None:
    name, bucket = log_bucket(edge_template)
    assert bucket["Properties"]["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    assert all(bucket["Properties"]["PublicAccessBlockConfiguration"].values())
    (policy,) = [p for p in properties(edge_template, "AWS::S3::BucketPolicy") if p["Bucket"] == {"Ref": name}]
    granted = {
        str(as_list(statement["Action"])): statement["Condition"]
        for statement in policy["PolicyDocument"]["Statement"]
        if statement["Principal"] == {"Service": "delivery.logs.amazonaws.com"}
    }
    assert set(granted) == {"['s3:PutObject']", "['s3:GetBucketAcl', 's3:ListBucket']"}
    for condition in granted.values():
        assert condition["StringEquals"]["aws:SourceAccount"] == "123456789012"
        assert condition["ArnLike"] == {"aws:SourceArn": "arn:aws:logs:us-east-1:123456789012:*"}


def test_access_logs_are_kept_as_long_as_every_log(edge_template: Template) -> None:
    _, bucket = log_bucket(edge_template)
    rules = bucket["Properties"]["LifecycleConfiguration"]["Rules"]
    assert rules == [{"ExpirationInDays": 30, "Status": "Enabled"}]


def test_access_logs_outlive_the_edge_where_the_stage_keeps_its_logs(edge_template: Template) -> None:
    keeping = build_stage(jwt=JWT, edge=EdgeSettings(), keep_logs=True).edge
    assert keeping
    assert _fate_of_logs(edge_template) == ("Delete", True)
    assert _fate_of_logs(Template.from_stack(keeping)) == ("Retain", False)


def _fate_of_logs(template: Template) -> tuple[str, bool]:
    """Returns the deletion policy of the bucket, and whether something empties it first."""
    name, bucket = log_bucket(template)
    emptied = [one["BucketName"] for one in properties(template, "Custom::S3AutoDeleteObjects")]
    return bucket["DeletionPolicy"], {"Ref": name} in emptied


def test_access_logs_can_be_turned_off() -> None:
    stage = build_edge_stage(edge=EdgeSettings(access_logs=False), env=cdk.Environment())
    assert stage.edge
    assert stage.edge_logs is None
    Template.from_stack(stage.edge).resource_count_is(BUCKET, 1)


def test_edge_whose_region_is_not_known_yet_can_be_looked_at() -> None:
    """`cdk deploy` always knows the region; a synth without credentials does not."""
    stage = build_edge_stage(edge=EdgeSettings(), env=cdk.Environment())
    assert stage.edge_logs
    assert only(Template.from_stack(stage.edge_logs), "AWS::Logs::Delivery")["RecordFields"]
