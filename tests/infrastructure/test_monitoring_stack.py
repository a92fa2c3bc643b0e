from __future__ import annotations

from typing import Any

import pytest
from aws_cdk.assertions import Template

from infra.settings import CostLimits
from tests.infrastructure.support import as_list, build_stage, only, properties

ALARM = "AWS::CloudWatch::Alarm"


def alarms(template: Template) -> dict[str, dict[str, Any]]:
    return {alarm["MetricName"]: alarm for alarm in properties(template, ALARM)}


@pytest.mark.parametrize("metric", ["Errors", "Throttles", "Url5xxCount", "5xx", "5XXError"])
def test_failure_has_an_alarm(monitoring_template: Template, metric: str) -> None:
    alarm = alarms(monitoring_template)[metric]
    assert alarm["Statistic"] == "Sum"
    assert alarm["TreatMissingData"] == "notBreaching"


def test_every_alarm_says_what_to_do_and_reaches_the_topic(monitoring_template: Template) -> None:
    (topic,) = monitoring_template.find_resources("AWS::SNS::Topic")
    for alarm in properties(monitoring_template, ALARM):
        assert len(alarm["AlarmDescription"].split()) > 15
        assert alarm["AlarmActions"] == alarm["OKActions"] == [{"Ref": topic}]
        assert "TreatMissingData" in alarm


def test_no_alarm_watches_a_duration(monitoring_template: Template) -> None:
    assert not {name for name in alarms(monitoring_template) if "Duration" in name or "Latency" in name}


def test_url_alarm_reads_the_alias_that_the_url_is_on(monitoring_template: Template) -> None:
    dimensions = {d["Name"]: d["Value"] for d in alarms(monitoring_template)["Url5xxCount"]["Dimensions"]}
    assert set(dimensions) == {"FunctionName", "Resource"}
    assert dimensions["Resource"]["Fn::Join"][1][-1] == ":live"


def test_concurrency_alarm_watches_the_account_without_a_reservation(monitoring_template: Template) -> None:
    assert alarms(monitoring_template)["ClaimedAccountConcurrency"]["Threshold"] == 800


def test_concurrency_alarm_watches_the_reservation_when_there_is_one() -> None:
    found = alarms(Template.from_stack(build_stage(limits=CostLimits(reserved_concurrency=50)).monitoring))
    assert found["ConcurrentExecutions"]["Threshold"] == 40
    assert "ClaimedAccountConcurrency" not in found


def test_topic_is_encrypted_with_a_key_that_cloudwatch_may_use(monitoring_template: Template) -> None:
    assert "KmsMasterKeyId" in only(monitoring_template, "AWS::SNS::Topic")
    key = only(monitoring_template, "AWS::KMS::Key")
    assert key["EnableKeyRotation"] is True
    (grant,) = [s for s in key["KeyPolicy"]["Statement"] if "cloudwatch" in str(s["Principal"])]
    assert set(as_list(grant["Action"])) == {"kms:Decrypt", "kms:GenerateDataKey*"}
    assert grant["Condition"] == {"StringEquals": {"aws:SourceAccount": "123456789012"}}


def test_email_subscribes_only_when_set(monitoring_template: Template) -> None:
    monitoring_template.resource_count_is("AWS::SNS::Subscription", 0)
    template = Template.from_stack(build_stage(alarm_email="ops@example.com").monitoring)
    assert only(template, "AWS::SNS::Subscription")["Endpoint"] == "ops@example.com"
