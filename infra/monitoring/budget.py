"""A month's budget of everything that carries the stage's tag."""

from __future__ import annotations

from typing import Literal

from aws_cdk import aws_budgets as budgets
from constructs import Construct

from .topic import AlarmTopic

#: Of every resource of a stage; its value is the stage's name. AWS Budgets sees it from the day on that somebody has
#: activated it as a cost allocation tag, by hand, once for the organisation.
#: https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/activating-tags.html
STAGE_TAG = "stage"

_Kind = Literal["ACTUAL", "FORECASTED"]

# The bill lags by hours, so the first is early, and the forecast is what can still be acted upon.
_NOTIFICATIONS: tuple[tuple[_Kind, int], ...] = (("ACTUAL", 80), ("FORECASTED", 100))


class MonthlyBudget(Construct):
    """Tells, and stops nothing: the limits do that, and know of each stream at once."""

    def __init__(self, scope: Construct, construct_id: str, *, usd: int, stage: str, topic: AlarmTopic) -> None:
        super().__init__(scope, construct_id)
        topic.let_publish("budgets.amazonaws.com")
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
        # AWS Budgets refuses a topic that it may not write to yet.
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
