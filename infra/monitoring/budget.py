"""A monthly budget for every resource that carries the tag of the stage."""

from __future__ import annotations

from typing import Literal

from aws_cdk import aws_budgets as budgets
from constructs import Construct

from ..names import STAGE_TAG
from .topic import AlarmTopic

_Kind = Literal["ACTUAL", "FORECASTED"]

# The bill lags by hours, so the actual cost is reported at 80 %; a forecast leaves time to act.
_NOTIFICATIONS: tuple[tuple[_Kind, int], ...] = (("ACTUAL", 80), ("FORECASTED", 100))


class MonthlyBudget(Construct):
    """A budget that notifies only. What stops spending are the limits, which apply to each stream at once."""

    def __init__(self, scope: Construct, construct_id: str, *, usd: int, stage: str, topic: AlarmTopic) -> None:
        super().__init__(scope, construct_id)
        topic.allow_publish("budgets.amazonaws.com")
        budget = budgets.CfnBudget(
            self,
            "Budget",
            budget=budgets.CfnBudget.BudgetDataProperty(
                budget_type="COST",
                time_unit="MONTHLY",
                budget_limit=budgets.CfnBudget.SpendProperty(amount=usd, unit="USD"),
                cost_filters={"TagKeyValue": [f"user:{STAGE_TAG}${stage}"]},
            ),
            notifications_with_subscribers=[_notification(kind, percent, topic) for kind, percent in _NOTIFICATIONS],
        )
        # AWS Budgets rejects a topic that it is not allowed to publish to yet.
        budget.node.add_dependency(topic)


def _notification(
    kind: _Kind, percent: int, topic: AlarmTopic
) -> budgets.CfnBudget.NotificationWithSubscribersProperty:
    return budgets.CfnBudget.NotificationWithSubscribersProperty(
        notification=budgets.CfnBudget.NotificationProperty(
            notification_type=kind,
            comparison_operator="GREATER_THAN",
            threshold=percent,
            threshold_type="PERCENTAGE",
        ),
        subscribers=[budgets.CfnBudget.SubscriberProperty(subscription_type="SNS", address=topic.topic.topic_arn)],
    )
