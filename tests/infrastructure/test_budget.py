from __future__ import annotations

import pytest
from aws_cdk.assertions import Template

from infra.settings import CostLimits
from tests.infrastructure.support import JsonObject, as_list, build_stage, only, stream_template_of

BUDGET = "AWS::Budgets::Budget"
SERVICE = "budgets.amazonaws.com"


@pytest.fixture(scope="module")
def template() -> Template:
    return Template.from_stack(build_stage(limits=CostLimits(monthly_budget_usd=250)).monitoring)


def of_budgets(statements: list[JsonObject]) -> JsonObject:
    # CDK joins the statements that differ by their principal alone.
    (found,) = [statement for statement in statements if SERVICE in str(statement["Principal"])]
    return found


def test_budget_is_the_monthly_cost_of_what_carries_the_tag_of_the_stage(template: Template) -> None:
    budget = only(template, BUDGET)["Budget"]
    assert (budget["BudgetType"], budget["TimeUnit"]) == ("COST", "MONTHLY")
    assert budget["BudgetLimit"] == {"Amount": 250, "Unit": "USD"}
    (tag,) = only(stream_template_of(), "AWS::Lambda::Function")["Tags"]
    assert budget["CostFilters"] == {"TagKeyValue": [f"user:{tag['Key']}${tag['Value']}"]}


def test_topic_is_notified_of_the_cost_and_of_its_forecast(template: Template) -> None:
    (topic,) = template.find_resources("AWS::SNS::Topic")
    notifications = only(template, BUDGET)["NotificationsWithSubscribers"]
    thresholds = {one["Notification"]["NotificationType"]: one["Notification"]["Threshold"] for one in notifications}
    assert thresholds == {"ACTUAL": 80, "FORECASTED": 100}
    subscribers = [subscriber for one in notifications for subscriber in one["Subscribers"]]
    assert subscribers == 2 * [{"SubscriptionType": "SNS", "Address": {"Ref": topic}}]


def test_budgets_may_write_to_the_topic_for_this_account_alone(template: Template) -> None:
    may_publish = of_budgets(only(template, "AWS::SNS::TopicPolicy")["PolicyDocument"]["Statement"])
    may_encrypt = of_budgets(only(template, "AWS::KMS::Key")["KeyPolicy"]["Statement"])
    assert may_publish["Action"] == "sns:Publish"
    assert set(as_list(may_encrypt["Action"])) == {"kms:Decrypt", "kms:GenerateDataKey*"}
    for statement in (may_publish, may_encrypt):
        assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": "123456789012"}}


def test_budget_waits_for_the_right_to_write(template: Template) -> None:
    (policy,) = template.find_resources("AWS::SNS::TopicPolicy")
    (budget,) = template.find_resources(BUDGET).values()
    assert policy in budget["DependsOn"]


def test_nothing_is_budgeted_unless_set(monitoring_template: Template) -> None:
    monitoring_template.resource_count_is(BUDGET, 0)
    assert SERVICE not in str(monitoring_template.to_json())
