"""An AWS WAF web ACL for a distribution: AWS's common rules, and a rate limit for each address."""

from __future__ import annotations

from aws_cdk import aws_wafv2 as wafv2
from constructs import Construct

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


class Firewall(Construct):
    """The web ACL. Its stack has to be in FirewallSettings.REGION."""

    def __init__(self, scope: Construct, construct_id: str, *, settings: FirewallSettings) -> None:
        super().__init__(scope, construct_id)
        self.acl = wafv2.CfnWebACL(
            self,
            "WebAcl",
            scope="CLOUDFRONT",
            default_action=wafv2.CfnWebACL.DefaultActionProperty(allow={}),
            rules=[_rate_limit(settings.requests_per_five_minutes), _common_rules()],
            visibility_config=_visibility("WebAcl"),
        )

    @property
    def acl_arn(self) -> str:
        return self.acl.attr_arn


def _rate_limit(requests: int) -> wafv2.CfnWebACL.RuleProperty:
    return wafv2.CfnWebACL.RuleProperty(
        name="RateLimit",
        priority=0,
        action=wafv2.CfnWebACL.RuleActionProperty(block={}),
        statement=wafv2.CfnWebACL.StatementProperty(
            rate_based_statement=wafv2.CfnWebACL.RateBasedStatementProperty(
                aggregate_key_type="IP", limit=requests, evaluation_window_sec=_WINDOW_SECONDS
            )
        ),
        visibility_config=_visibility("RateLimit"),
    )


def _common_rules() -> wafv2.CfnWebACL.RuleProperty:
    count = wafv2.CfnWebACL.RuleActionProperty(count={})
    return wafv2.CfnWebACL.RuleProperty(
        name="CommonRules",
        priority=1,
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
