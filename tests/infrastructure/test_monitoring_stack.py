from __future__ import annotations

from typing import Any

import pytest
from aws_cdk.assertions import Template

from infra.settings import AlarmSettings, ScalingSettings
from infra.stage import StreamingStage
from tests.infrastructure.support import RESERVED, as_list, build_stage, only, properties

ALARM = "AWS::CloudWatch::Alarm"


def alarms(template: Template) -> dict[str, dict[str, Any]]:
    """By the metric, or the expression over several."""
    return {
        alarm["MetricName"] if "MetricName" in alarm else alarm["Metrics"][0]["Expression"]: alarm
        for alarm in properties(template, ALARM)
    }


@pytest.mark.parametrize("metric", ["Errors", "Throttles", "5xx", "5XXError"])
def test_failure_is_counted_in_minutes(monitoring_template: Template, metric: str) -> None:
    alarm = alarms(monitoring_template)[metric]
    assert (alarm["Statistic"], alarm["Period"], alarm["DatapointsToAlarm"]) == ("Sum", 60, 2)
    assert alarm["TreatMissingData"] == "notBreaching"


def test_every_alarm_says_what_to_do(stage: StreamingStage) -> None:
    for stack in (stage.stream, stage.monitoring):
        for alarm in properties(Template.from_stack(stack), ALARM):
            assert len(alarm["AlarmDescription"].split()) > 15
            assert "TreatMissingData" in alarm


def test_one_alarm_notifies_of_all_that_users_see(monitoring_template: Template) -> None:
    (topic,) = monitoring_template.find_resources("AWS::SNS::Topic")
    incident = only(monitoring_template, "AWS::CloudWatch::CompositeAlarm")
    assert incident["AlarmActions"] == incident["OKActions"] == [{"Ref": topic}]
    alone = {name for name, alarm in alarms(monitoring_template).items() if "AlarmActions" in alarm}
    assert alone == {
        "IF(total >= 20, p90, 0)",
        "IF(total >= 20, refused / total, 0)",
        "ClaimedAccountConcurrency",
    }


def test_runbook_is_linked_where_the_team_keeps_it() -> None:
    url = "https://wiki.example/runbook"
    template = Template.from_stack(build_stage(alarms=AlarmSettings(runbook_url=url)).monitoring)
    assert alarms(template)["Throttles"]["AlarmDescription"].endswith(f" {url}#throttles")


def test_no_alarm_watches_a_duration(stage: StreamingStage) -> None:
    watched = [str(alarm) for stack in (stage.stream, stage.monitoring) for alarm in alarms(Template.from_stack(stack))]
    assert not [name for name in watched if "Duration" in name or "Latency" in name]


def test_storm_of_4xx_is_a_share_of_the_requests_to_one_endpoint(monitoring_template: Template) -> None:
    shares = [
        {
            query["Id"]: query["MetricStat"]["Metric"]["MetricName"]
            for query in alarm["Metrics"]
            if "MetricStat" in query
        }
        for alarm in properties(monitoring_template, ALARM)
        if "refused" in str(alarm.get("Metrics"))
    ]
    assert shares == [
        {"refused": "Url4xxCount", "total": "UrlRequestCount"},
        {"refused": "4xx", "total": "Count"},
        {"refused": "4XXError", "total": "Count"},
    ]


def test_silence_is_no_alarm_unless_it_is_asked_for(monitoring_template: Template) -> None:
    assert not [alarm for alarm in alarms(monitoring_template) if "requests" in alarm]


def test_silence_is_as_long_as_the_settings_say() -> None:
    template = Template.from_stack(build_stage(alarms=AlarmSettings(quiet_minutes=30)).monitoring)
    alarm = alarms(template)["IF(requests > 0, 0, 1)"]
    assert (alarm["EvaluationPeriods"], alarm["DatapointsToAlarm"], alarm["TreatMissingData"]) == (30, 30, "breaching")


def test_spillover_is_an_alarm_where_something_is_provisioned(monitoring_template: Template) -> None:
    metric = "ProvisionedConcurrencySpilloverInvocations"
    assert metric not in alarms(monitoring_template)
    stage = build_stage(scaling=ScalingSettings(provisioned_concurrency=2))
    assert metric in alarms(Template.from_stack(stage.monitoring))


def test_concurrency_alarm_watches_the_account_without_a_reservation(monitoring_template: Template) -> None:
    assert alarms(monitoring_template)["ClaimedAccountConcurrency"]["Threshold"] == 800


def test_concurrency_alarm_watches_each_reservation_when_there_are_some() -> None:
    found = properties(Template.from_stack(build_stage(limits=RESERVED).monitoring), ALARM)
    near = [
        alarm for alarm in found if alarm.get("MetricName") in ("ConcurrentExecutions", "ClaimedAccountConcurrency")
    ]
    assert {alarm["MetricName"] for alarm in near} == {"ConcurrentExecutions"}
    assert {str(alarm["Dimensions"]).count("Generate"): alarm["Threshold"] for alarm in near} == {0: 40, 1: 8}
    assert {alarm["AlarmDescription"].rpartition("#")[2] for alarm in near} == {"concurrency-near-limit"}


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
