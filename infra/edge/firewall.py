"""An AWS WAF web ACL for a distribution: AWS's common rules, rate limits for each address, and a log of the blocked."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_wafv2 as wafv2
from constructs import Construct

from functions.stream.streaming.settings import TOKEN_HEADER

from ..log_groups import log_group
from ..names import STREAM_PATH
from ..settings import FirewallSettings

# These rules look for code, paths and addresses in the body and the query, or reject long ones. A prompt is text of any
# kind and length, and nothing executes it: the rules would reject questions about HTML. So they only count.
# https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-baseline.html
_COUNTED_RULES = (
    "SizeRestrictions_BODY",
    "SizeRestrictions_QUERYSTRING",
    "CrossSiteScripting_BODY",
    "CrossSiteScripting_QUERYARGUMENTS",
    "GenericLFI_BODY",
    "GenericLFI_QUERYARGUMENTS",
    "GenericRFI_BODY",
    "GenericRFI_QUERYARGUMENTS",
    "EC2MetaDataSSRF_BODY",
    "EC2MetaDataSSRF_QUERYARGUMENTS",
    "RestrictedExtensions_QUERYARGUMENTS",
)
_WINDOW_SECONDS = 300
_SECRET_HEADERS = ("authorization", TOKEN_HEADER)
# The properties of a filter have no types in CDK.
_BLOCKED_ONLY = {
    "DefaultBehavior": "DROP",
    "Filters": [
        {"Behavior": "KEEP", "Requirement": "MEETS_ANY", "Conditions": [{"ActionCondition": {"Action": "BLOCK"}}]}
    ],
}


class Firewall(Construct):
    """The web ACL. Its stack has to be in FirewallSettings.REGION."""

    def __init__(
        self, scope: Construct, construct_id: str, *, settings: FirewallSettings, log_retention_days: int
    ) -> None:
        super().__init__(scope, construct_id)
        self.acl = wafv2.CfnWebACL(
            self,
            "WebAcl",
            scope="CLOUDFRONT",
            default_action=wafv2.CfnWebACL.DefaultActionProperty(allow={}),
            rules=[
                _rate_limit("RateLimit", 0, settings.requests_per_five_minutes, _is_stream()),
                _rate_limit("PageRateLimit", 1, settings.page_requests_per_five_minutes, _not(_is_stream())),
                _common_rules(priority=2),
            ],
            data_protection_config=_data_protection(),
            visibility_config=_visibility("WebAcl"),
        )
        self._add_log(log_retention_days)

    @property
    def acl_arn(self) -> str:
        return self.acl.attr_arn

    def _add_log(self, retention_days: int) -> None:
        """Logs the requests that were blocked, without what may hold a prompt or a token."""
        stack = cdk.Stack.of(self)
        # AWS WAF requires this beginning of the name, and the ARN without the `:*` that CloudFormation ends it with.
        # https://docs.aws.amazon.com/waf/latest/developerguide/logging-cw-logs.html
        # A group that outlives its stack has its name, so that of the next stack needs another.
        unique = cdk.Fn.select(0, cdk.Fn.split("-", cdk.Fn.select(2, cdk.Fn.split("/", stack.stack_id))))
        name = f"aws-waf-logs-{stack.stack_name}-{unique}"
        group = log_group(self, "Logs", name=name, retention_days=retention_days)
        arn = stack.format_arn(
            service="logs",
            resource="log-group",
            resource_name=group.log_group_name,
            arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
        )
        wafv2.CfnLoggingConfiguration(
            self,
            "Logging",
            resource_arn=self.acl_arn,
            log_destination_configs=[arn],
            redacted_fields=[
                wafv2.CfnLoggingConfiguration.FieldToMatchProperty(query_string={}),
                *(
                    wafv2.CfnLoggingConfiguration.FieldToMatchProperty(single_header={"Name": header})
                    for header in _SECRET_HEADERS
                ),
            ],
            logging_filter=_BLOCKED_ONLY,
        )


def _data_protection() -> wafv2.CfnWebACL.DataProtectionConfigProperty:
    """Masks prompts and tokens also where the details of a rule quote what it matched; redaction leaves those alone.

    https://docs.aws.amazon.com/waf/latest/developerguide/data-protection-masking.html
    """
    fields = [
        wafv2.CfnWebACL.FieldToProtectProperty(field_type="QUERY_STRING"),
        wafv2.CfnWebACL.FieldToProtectProperty(field_type="BODY"),
        wafv2.CfnWebACL.FieldToProtectProperty(field_type="SINGLE_HEADER", field_keys=list(_SECRET_HEADERS)),
    ]
    return wafv2.CfnWebACL.DataProtectionConfigProperty(
        data_protections=[wafv2.CfnWebACL.DataProtectProperty(field=field, action="SUBSTITUTION") for field in fields]
    )


def _is_stream() -> wafv2.CfnWebACL.StatementProperty:
    """Matches the path of the stream, also where it is written as CloudFront would still take it: `/%73tream`."""
    return wafv2.CfnWebACL.StatementProperty(
        byte_match_statement=wafv2.CfnWebACL.ByteMatchStatementProperty(
            field_to_match=wafv2.CfnWebACL.FieldToMatchProperty(uri_path={}),
            positional_constraint="EXACTLY",
            search_string=STREAM_PATH,
            text_transformations=[
                wafv2.CfnWebACL.TextTransformationProperty(priority=priority, type=kind)
                for priority, kind in enumerate(("URL_DECODE", "NORMALIZE_PATH"))
            ],
        )
    )


def _not(statement: wafv2.CfnWebACL.StatementProperty) -> wafv2.CfnWebACL.StatementProperty:
    return wafv2.CfnWebACL.StatementProperty(not_statement=wafv2.CfnWebACL.NotStatementProperty(statement=statement))


def _rate_limit(
    name: str, priority: int, requests: int, counted: wafv2.CfnWebACL.StatementProperty
) -> wafv2.CfnWebACL.RuleProperty:
    """Blocks an address above so many of the `counted` requests."""
    return wafv2.CfnWebACL.RuleProperty(
        name=name,
        priority=priority,
        action=wafv2.CfnWebACL.RuleActionProperty(block={}),
        statement=wafv2.CfnWebACL.StatementProperty(
            rate_based_statement=wafv2.CfnWebACL.RateBasedStatementProperty(
                aggregate_key_type="IP",
                limit=requests,
                evaluation_window_sec=_WINDOW_SECONDS,
                scope_down_statement=counted,
            )
        ),
        visibility_config=_visibility(name),
    )


def _common_rules(*, priority: int) -> wafv2.CfnWebACL.RuleProperty:
    count = wafv2.CfnWebACL.RuleActionProperty(count={})
    return wafv2.CfnWebACL.RuleProperty(
        name="CommonRules",
        priority=priority,
        # None keeps the actions that the group defines.
        override_action=wafv2.CfnWebACL.OverrideActionProperty(none={}),
        statement=wafv2.CfnWebACL.StatementProperty(
            managed_rule_group_statement=wafv2.CfnWebACL.ManagedRuleGroupStatementProperty(
                vendor_name="AWS",
                name="AWSManagedRulesCommonRuleSet",
                rule_action_overrides=[
                    wafv2.CfnWebACL.RuleActionOverrideProperty(name=name, action_to_use=count)
                    for name in _COUNTED_RULES
                ],
            )
        ),
        visibility_config=_visibility("CommonRules"),
    )


def _visibility(name: str) -> wafv2.CfnWebACL.VisibilityConfigProperty:
    return wafv2.CfnWebACL.VisibilityConfigProperty(
        metric_name=name, cloud_watch_metrics_enabled=True, sampled_requests_enabled=False
    )
