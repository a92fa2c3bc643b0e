"""How a new version of the streaming function reaches its callers."""

from __future__ import annotations

import pytest
from aws_cdk.assertions import Template

from infra.settings import AlarmSettings, CanarySettings, CostLimits, ScalingSettings
from tests.infrastructure.alarm_rules import ALARM, references
from tests.infrastructure.support import JsonObject, as_list, only, stream_template_of

ALIAS = "AWS::Lambda::Alias"
GROUP = "AWS::CodeDeploy::DeploymentGroup"
CONFIG = "AWS::CodeDeploy::DeploymentConfig"


@pytest.fixture(scope="module")
def canary_template() -> Template:
    return stream_template_of(canary=CanarySettings(percent=25, minutes=45))


def rollback_alarms(template: Template) -> dict[str, JsonObject]:
    """By what they read, the alarms that the group asks."""
    alarms = template.find_resources(ALARM)
    named = [alarm["Name"]["Ref"] for alarm in only(template, GROUP)["AlarmConfiguration"]["Alarms"]]
    return {_reads(alarms[name]["Properties"]): alarms[name]["Properties"] for name in named}


def _reads(alarm: JsonObject) -> str:
    inside = [
        q["MetricStat"]["Metric"]["MetricName"] for q in alarm.get("Metrics", ()) if q["Id"] not in ("expr_1", "total")
    ]
    return " and ".join(inside) or str(alarm["MetricName"])


def test_alias_is_moved_by_the_group(stream_template: Template) -> None:
    (alias,) = stream_template.find_resources(ALIAS).values()
    update = alias["UpdatePolicy"]["CodeDeployLambdaAliasUpdate"]
    assert references(update["DeploymentGroupName"]) == set(stream_template.find_resources(GROUP))
    assert references(update["ApplicationName"]) == set(stream_template.find_resources("AWS::CodeDeploy::Application"))


def test_canary_tries_a_new_version_on_some_callers_first() -> None:
    template = stream_template_of(canary=CanarySettings())
    (config,) = template.find_resources(CONFIG)
    assert only(template, GROUP)["DeploymentConfigName"] == {"Ref": config}
    assert only(template, CONFIG)["TrafficRoutingConfig"] == {
        "Type": "TimeBasedCanary",
        "TimeBasedCanary": {"CanaryPercentage": 20, "CanaryInterval": 30},
    }
    assert only(template, GROUP)["AutoRollbackConfiguration"] == {
        "Enabled": True,
        "Events": ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM"],
    }
    assert set(rollback_alarms(template)) == {
        "Errors",
        "Url5xxCount",
        "SourceError",
        "Deadline and Shutdown",
        "TimeToFirstByte",
    }


def test_alias_moves_at_once_without_a_canary_even_while_an_alarm_fires(stream_template: Template) -> None:
    assert only(stream_template, GROUP)["DeploymentConfigName"] == "CodeDeployDefault.LambdaAllAtOnce"
    assert only(stream_template, GROUP)["AlarmConfiguration"] == {"Enabled": False}
    stream_template.resource_count_is(CONFIG, 0)


def test_canary_is_what_the_settings_say(canary_template: Template) -> None:
    assert only(canary_template, CONFIG)["TrafficRoutingConfig"]["TimeBasedCanary"] == {
        "CanaryPercentage": 25,
        "CanaryInterval": 45,
    }


def test_canary_goes_with_provisioned_concurrency_and_with_snap_start() -> None:
    for scaling in (ScalingSettings(provisioned_concurrency=2), ScalingSettings(snap_start=True)):
        template = stream_template_of(canary=CanarySettings(), scaling=scaling)
        (alias,) = template.find_resources(ALIAS).values()
        assert "CodeDeployLambdaAliasUpdate" in alias["UpdatePolicy"]
        assert ("ProvisionedConcurrencyConfig" in alias["Properties"]) == bool(scaling.provisioned_concurrency)


@pytest.mark.parametrize(("seconds", "minutes"), [(900, 20), (61, 7)])
def test_failed_invocation_is_looked_for_as_far_back_as_it_may_have_begun(seconds: int, minutes: int) -> None:
    template = stream_template_of(canary=CanarySettings(), limits=CostLimits(max_stream_seconds=seconds))
    assert rollback_alarms(template)["Errors"]["EvaluationPeriods"] == minutes


def test_rollback_alarm_on_a_failure_reads_the_alias_that_both_versions_are_behind(canary_template: Template) -> None:
    for metric in ("Errors", "Url5xxCount"):
        dimensions = {d["Name"]: d["Value"] for d in rollback_alarms(canary_template)[metric]["Dimensions"]}
        assert set(dimensions) == {"FunctionName", "Resource"}
        assert dimensions["Resource"]["Fn::Join"][1][-1] == ":live"


def test_rollback_alarm_on_a_rate_wants_enough_streams_and_no_single_bad_period() -> None:
    alarms = AlarmSettings(min_streams=7, source_error_share=0.1, truncated_share=0.15, first_byte_milliseconds=900)
    found = rollback_alarms(stream_template_of(canary=CanarySettings(), alarms=alarms))
    rates = {name: alarm for name, alarm in found.items() if "Metrics" in alarm}
    assert {name: (alarm["Metrics"][0]["Expression"], alarm["Threshold"]) for name, alarm in rates.items()} == {
        "SourceError": ("IF(total >= 7, source_error, 0)", 0.1),
        "Deadline and Shutdown": ("IF(total >= 7, deadline + shutdown, 0)", 0.15),
        "TimeToFirstByte": ("IF(total >= 7, p90, 0)", 900),
    }
    for alarm in rates.values():
        assert (alarm["DatapointsToAlarm"], alarm["EvaluationPeriods"]) == (2, 3)
        assert alarm["TreatMissingData"] == "notBreaching"


def test_codedeploy_may_move_this_alias_and_ask_its_rollback_alarms_and_nothing_else(canary_template: Template) -> None:
    group_role = only(canary_template, GROUP)["ServiceRoleArn"]["Fn::GetAtt"][0]
    role = canary_template.find_resources("AWS::IAM::Role")[group_role]["Properties"]
    assert "ManagedPolicyArns" not in role
    (policy,) = role["Policies"]
    allowed = {
        str(action): references(statement["Resource"])
        for statement in policy["PolicyDocument"]["Statement"]
        for action in as_list(statement["Action"])
    }
    (function,) = canary_template.find_resources("AWS::Lambda::Function")
    assert allowed == {
        "lambda:GetAlias": {function},
        "lambda:UpdateAlias": {function},
        "lambda:GetProvisionedConcurrencyConfig": {function},
        "cloudwatch:DescribeAlarms": set(canary_template.find_resources(ALARM)),
    }
    assert "*" not in str(policy)
