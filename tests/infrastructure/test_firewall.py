"""What the firewall of an edge blocks, and what it writes down."""

from __future__ import annotations

import pytest
from aws_cdk.assertions import Template

from functions.stream.streaming import settings as names
from infra.names import STREAM_PATH
from infra.settings import FirewallSettings
from infra.stage import StreamingStage
from tests.infrastructure.support import JsonObject, only


@pytest.fixture(scope="session")
def firewall_rules(edge_stage: StreamingStage) -> dict[str, JsonObject]:
    assert edge_stage.firewall
    acl = only(Template.from_stack(edge_stage.firewall), "AWS::WAFv2::WebACL")
    assert acl["Scope"] == "CLOUDFRONT"
    return {rule["Name"]: rule for rule in acl["Rules"]}


@pytest.mark.parametrize(("name", "limit"), [("RateLimit", 250), ("PageRateLimit", 700)])
def test_firewall_limits_each_address(firewall_rules: dict[str, JsonObject], name: str, limit: int) -> None:
    rule = firewall_rules[name]
    assert rule["Action"] == {"Block": {}}
    statement = rule["Statement"]["RateBasedStatement"]
    assert (statement["AggregateKeyType"], statement["Limit"]) == ("IP", limit)
    assert statement["EvaluationWindowSec"] == 300


def test_firewall_counts_a_request_as_one_for_the_stream_or_else_for_the_page(
    firewall_rules: dict[str, JsonObject],
) -> None:
    stream, page = (
        firewall_rules[name]["Statement"]["RateBasedStatement"]["ScopeDownStatement"]
        for name in ("RateLimit", "PageRateLimit")
    )
    match = stream["ByteMatchStatement"]
    assert match["SearchString"] == STREAM_PATH
    assert (match["FieldToMatch"], match["PositionalConstraint"]) == ({"UriPath": {}}, "EXACTLY")
    # Otherwise /%73tream and /./stream would be the page's to the firewall and the function's to CloudFront.
    assert [one["Type"] for one in match["TextTransformations"]] == ["URL_DECODE", "NORMALIZE_PATH"]
    assert page == {"NotStatement": {"Statement": stream}}


def test_firewall_lets_fewer_streams_than_files_pass_by_default() -> None:
    settings = FirewallSettings()
    assert settings.requests_per_five_minutes == 60 < settings.page_requests_per_five_minutes


def test_firewall_logs_whom_it_blocked_but_no_prompt_and_no_token(edge_stage: StreamingStage) -> None:
    assert edge_stage.firewall
    template = Template.from_stack(edge_stage.firewall)
    ((group_id, group),) = template.find_resources("AWS::Logs::LogGroup").items()
    assert group["Properties"]["LogGroupName"]["Fn::Join"][1][0] == "aws-waf-logs-test-Firewall-"
    assert group["Properties"]["RetentionInDays"] == 30
    logging = only(template, "AWS::WAFv2::LoggingConfiguration")
    (destination,) = logging["LogDestinationConfigs"]
    assert destination["Fn::Join"][1][-1] == {"Ref": group_id}
    assert logging["RedactedFields"] == [
        {"QueryString": {}},
        {"SingleHeader": {"Name": "authorization"}},
        {"SingleHeader": {"Name": names.TOKEN_HEADER}},
    ]
    assert logging["LoggingFilter"]["DefaultBehavior"] == "DROP"
    (kept,) = logging["LoggingFilter"]["Filters"]
    assert (kept["Behavior"], kept["Conditions"]) == ("KEEP", [{"ActionCondition": {"Action": "BLOCK"}}])


def test_firewall_quotes_no_prompt_and_no_token_in_the_details_of_a_rule(edge_stage: StreamingStage) -> None:
    assert edge_stage.firewall
    acl = only(Template.from_stack(edge_stage.firewall), "AWS::WAFv2::WebACL")
    assert acl["DataProtectionConfig"]["DataProtections"] == [
        {"Action": "SUBSTITUTION", "Field": {"FieldType": "QUERY_STRING"}},
        {"Action": "SUBSTITUTION", "Field": {"FieldType": "BODY"}},
        {
            "Action": "SUBSTITUTION",
            "Field": {"FieldType": "SINGLE_HEADER", "FieldKeys": ["authorization", names.TOKEN_HEADER]},
        },
    ]


def test_firewall_blocks_by_the_common_rules_but_reads_no_prompt(firewall_rules: dict[str, JsonObject]) -> None:
    rule = firewall_rules["CommonRules"]
    group = rule["Statement"]["ManagedRuleGroupStatement"]
    assert (group["VendorName"], group["Name"]) == ("AWS", "AWSManagedRulesCommonRuleSet")
    assert rule["OverrideAction"] == {"None": {}}
    assert all(override["ActionToUse"] == {"Count": {}} for override in group["RuleActionOverrides"])
    counted = {override["Name"] for override in group["RuleActionOverrides"]}
    assert all(name.endswith(("_BODY", "_QUERYARGUMENTS", "_QUERYSTRING")) for name in counted)
    assert {"SizeRestrictions_BODY", "SizeRestrictions_QUERYSTRING", "CrossSiteScripting_BODY"} <= counted
