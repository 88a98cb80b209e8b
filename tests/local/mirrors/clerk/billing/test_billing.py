"""Clerk Billing through the SDK. Source: https://clerk.com/docs/guides/billing/overview"""

from datetime import UTC, datetime
from typing import Any

import pytest
from clerk_backend_api.models import ClerkBaseError

from mirra_mcp.wire.model import Doc
from tests.local.mirrors.clerk.client import NOON, Account, error, said

DAY = 86_400_000
MONTH = 31 * DAY
"""From May to June."""


def sdk(account: Account) -> Any:
    """Return the SDK, whose answers may all be null by its types."""
    return account.sdk


def plan(account: Account, name: str = "Pro", amount: int = 2_000, **fields: Any) -> Doc:
    """Make a plan in the dashboard."""
    return account.simulate("billing_plan.created", name=name, amount=amount, **fields)


def item_of(account: Account, user_id: str) -> Any:
    """Return what a user is on: the newest item of a paid plan that isn't over."""
    found = sdk(account).users.get_billing_subscription(user_id=user_id)
    return found.subscription_items[0]


def statuses(account: Account, user_id: str) -> dict[str, str]:
    """Return the status of each item by its plan's slug."""
    found = sdk(account).users.get_billing_subscription(user_id=user_id)
    return {each.plan.slug: each.status.value for each in found.subscription_items}


def token(account: Account, session_id: str) -> Doc:
    """Return what a new token of a session says of plans."""
    claims = account.claims(sdk(account).sessions.create_token(session_id=session_id).jwt)
    return {name: claims[name] for name in ("pla", "fea") if name in claims}


def test_billing_is_off_until_a_plan_is_made(account: Account) -> None:
    """Source: https://github.com/clerk/clerk-docs (data/api_errors.json)"""
    user = account.user()
    with pytest.raises(ClerkBaseError) as refused:
        sdk(account).users.get_billing_subscription(user_id=user.id)
    assert said(refused.value) == (
        403,
        "billing_not_enabled",
        "The billing feature for users is not enabled for this instance. You can enable it at "
        "https://dashboard.clerk.com.",
    )
    assert sdk(account).billing.list_plans().data == []
    plan(account, annualMonthlyAmount=1_500, features=["Exports", "api"], freeTrialDays=14)
    pro, free = sdk(account).billing.list_plans(payer_type="user").data
    assert (pro.slug, pro.fee.amount_formatted, pro.annual_fee.amount) == ("pro", "$20.00", 18_000)
    assert [each.slug for each in pro.features] == ["exports", "api"]
    assert (free.slug, free.is_default, free.fee.amount) == ("free_user", True, 0)
    prices = sdk(account).billing.list_prices(plan_id=pro.id).data
    assert [(each.amount, each.annual_monthly_amount) for each in prices] == [(2_000, 1_500)]
    assert statuses(account, user.id) == {"free_user": "active"}
    late = account.user("bob@example.com")
    assert statuses(account, late.id) == {"free_user": "active"}
    status, told = account.call("GET", "/v1/billing/prices?plan_id=cplan_none")
    assert (status, error(told)[0]) == (404, "plan_not_found")


def test_a_person_subscribes_and_is_renewed(open_account: Any) -> None:
    """Source: https://clerk.com/docs/guides/development/webhooks/billing"""
    account = open_account(webhooks={"clerk": "http://127.0.0.1:9/hook"})
    plan(account, features=["exports"])
    user = account.user()
    session = sdk(account).sessions.create(request={"user_id": user.id})
    assert token(account, session.id) == {"pla": "u:free_user"}
    before = len(account.told())
    account.simulate("subscriptionItem.active", plan="pro")
    told = account.told()[before:]
    assert [type for type, _ in told] == [
        "subscriptionItem.incomplete",
        "paymentAttempt.created",
        "paymentAttempt.updated",
        "subscriptionItem.active",
        "subscriptionItem.ended",
        "subscription.updated",
    ]
    paid = told[2][1]
    assert (paid["status"], paid["charge_type"], paid["totals"]["grand_total"]["amount"]) == (
        "paid",
        "checkout",
        2_000,
    )
    assert paid["payer"]["email"] == "alice@example.com"
    assert told[3][1]["plan"]["slug"] == "pro"
    assert token(account, session.id) == {"pla": "u:pro", "fea": "u:exports"}
    item = item_of(account, user.id)
    assert (item.status.value, item.period_start, item.period_end) == ("active", NOON, NOON + MONTH)
    assert (item.next_payment.amount.amount, item.next_payment.date_) == (2_000, NOON + MONTH)
    account.advance("31 days")
    renewed = item_of(account, user.id)
    assert (renewed.id, renewed.period_start) == (item.id, NOON + MONTH)
    assert renewed.lifetime_paid.amount == 4_000
    statements = sdk(account).billing.list_statements().data
    assert [(each.status.value, each.totals.grand_total.amount) for each in statements] == [
        ("open", 2_000),
        ("closed", 2_000),
    ]
    attempts = sdk(account).billing.get_statement_payment_attempts(statement_id=statements[0].id)
    assert [each.charge_type for each in attempts.data] == ["recurring"]
    assert sdk(account).billing.get_statement(statement_id=statements[1].id).groups[0].items


def test_a_renewal_that_is_declined_is_past_due_until_it_is_paid(account: Account) -> None:
    """Source: https://clerk.com/docs/guides/development/webhooks/billing#subscription-items"""
    plan(account)
    user = account.user()
    account.simulate("subscriptionItem.active", plan="pro")
    account.simulate("subscriptionItem.pastDue")
    found = sdk(account).users.get_billing_subscription(user_id=user.id)
    assert (found.status.value, found.past_due_at) == ("past_due", NOON)
    assert item_of(account, user.id).status.value == "past_due"
    account.simulate("paymentAttempt.updated", card="4000000000009995")
    assert item_of(account, user.id).status.value == "past_due"
    account.simulate("paymentAttempt.updated")
    found = sdk(account).users.get_billing_subscription(user_id=user.id)
    assert (found.status.value, found.past_due_at) == ("active", None)
    attempts = account.state("billing_payment_attempts")
    assert sorted(each["status"] for each in attempts) == ["failed", "failed", "paid", "paid"]


def test_a_card_that_is_declined_buys_nothing(account: Account) -> None:
    """Source: https://clerk.com/docs/guides/development/webhooks/billing#subscription-items"""
    plan(account)
    user = account.user()
    account.simulate("subscriptionItem.active", plan="pro", card="4000000000000002")
    assert statuses(account, user.id) == {"pro": "incomplete", "free_user": "active"}
    account.simulate("subscriptionItem.active", plan="pro")
    assert statuses(account, user.id) == {"pro": "active"}


def test_a_trial_is_warned_of_and_ends_by_a_charge(open_account: Any) -> None:
    """Source: https://clerk.com/docs/guides/billing/free-trials"""
    account = open_account(webhooks={"clerk": "http://127.0.0.1:9/hook"})
    plan(account, freeTrialDays=14)
    user = account.user()
    account.simulate("subscriptionItem.active", plan="pro", card="4000000000000341")
    item = item_of(account, user.id)
    assert (item.is_free_trial, item.period_end) == (True, NOON + 14 * DAY)
    assert account.state("billing_payment_attempts") == []
    account.advance("10 days")
    assert account.told("subscriptionItem.freeTrialEnding") == []
    longer = datetime.fromtimestamp((NOON + 20 * DAY) / 1000, UTC)
    extended = sdk(account).billing.extend_subscription_item_free_trial(
        subscription_item_id=item.id, extend_to=longer
    )
    assert extended.period_end == NOON + 20 * DAY
    account.advance("7 days")
    assert len(account.told("subscriptionItem.freeTrialEnding")) == 1
    account.advance("3 days")
    item = item_of(account, user.id)
    assert (item.status.value, item.is_free_trial) == ("past_due", False)
    with pytest.raises(ClerkBaseError) as refused:
        sdk(account).billing.extend_subscription_item_free_trial(
            subscription_item_id=item.id, extend_to=longer
        )
    told = "Subscription item is not in free trial"
    assert said(refused.value) == (403, "subscription_item_not_in_free_trial", told)


def test_what_is_canceled_lasts_until_its_period_ends(account: Account) -> None:
    """Source: https://clerk.com/docs/reference/backend-api (Cancel a subscription item)"""
    plan(account)
    user, billing = account.user(), sdk(account).billing
    account.simulate("subscriptionItem.active", plan="pro")
    item = item_of(account, user.id)
    canceled = billing.cancel_subscription_item(subscription_item_id=item.id)
    assert (canceled.status.value, canceled.canceled_at) == ("canceled", NOON)
    assert statuses(account, user.id) == {"pro": "canceled", "free_user": "upcoming"}
    with pytest.raises(ClerkBaseError) as refused:
        billing.cancel_subscription_item(subscription_item_id=item.id)
    assert said(refused.value)[:2] == (400, "commerce_subscription_item_already_canceled")
    account.simulate("subscriptionItem.active", plan="pro")
    assert statuses(account, user.id) == {"pro": "active"}
    account.simulate("subscriptionItem.canceled")
    account.advance("31 days")
    assert statuses(account, user.id) == {"free_user": "active"}
    free = item_of(account, user.id)
    with pytest.raises(ClerkBaseError) as refused:
        billing.cancel_subscription_item(subscription_item_id=free.id)
    assert said(refused.value)[:2] == (422, "commerce_subscription_item_cannot_be_canceled")
    with pytest.raises(ClerkBaseError) as refused:
        billing.cancel_subscription_item(subscription_item_id=item.id)
    assert said(refused.value)[:2] == (422, "subscription_already_ended")
    account.simulate("subscriptionItem.active", plan="pro")
    again = item_of(account, user.id)
    ended = billing.cancel_subscription_item(subscription_item_id=again.id, end_now=True)
    assert ended.status.value == "ended"
    assert statuses(account, user.id) == {"free_user": "active"}
    listed = billing.list_subscription_items(include_free=True, status="ended").data
    assert [each.id for each in listed] == [again.id, item.id]


def test_a_cheaper_plan_waits_and_a_dearer_one_begins_at_once(account: Account) -> None:
    """Source: https://clerk.com/docs/guides/billing/overview (upgrade or downgrade mid-cycle)"""
    plan(account)
    plan(account, "Team", 5_000)
    user = account.user()
    account.simulate("subscriptionItem.active", plan="pro")
    account.simulate("subscriptionItem.active", plan="team")
    assert statuses(account, user.id) == {"team": "active"}
    account.simulate("subscriptionItem.active", plan="pro")
    assert statuses(account, user.id) == {"pro": "upcoming", "team": "canceled"}
    account.advance("31 days")
    assert statuses(account, user.id) == {"pro": "active"}


def test_credits_are_kept_once_and_spent_on_charges(account: Account) -> None:
    """Source: https://clerk.com/docs/reference/backend-api (Adjust a user's credit balance)"""
    plan(account)
    user, users = account.user(), sdk(account).users
    assert users.get_billing_credit_balance(user_id=user.id).balance is None
    given = {"amount": 500, "action": "increase", "idempotency_key": "one", "note": "sorry"}
    entry = users.adjust_billing_credit_balance(user_id=user.id, **given)
    again = users.adjust_billing_credit_balance(user_id=user.id, **given)
    assert (entry.id, entry.amount.amount, entry.note) == (again.id, 500, "sorry")
    path = f"/v1/users/{user.id}/billing/credits"
    for change, code in (
        ({"action": "decrease", "amount": 501}, "insufficient_credit_balance"),
        ({"amount": 0}, "invalid_credit_amount"),
        ({"action": "double"}, "invalid_credit_action"),
        ({"currency": "EUR"}, "currency_invalid"),
    ):
        _, told = account.call("POST", path, given | {"idempotency_key": "two"} | change)
        assert error(told)[0] == code
    assert users.get_billing_credit_balance(user_id=user.id).balance.amount == 500
    account.simulate("subscriptionItem.active", plan="pro")
    assert users.get_billing_credit_balance(user_id=user.id).balance.amount == 0
    attempt = sdk(account).billing.list_statements().data[0].groups[0].items[0]
    assert (attempt.amount.amount, attempt.totals.credits.total.amount) == (1_500, 500)


def test_a_plan_of_organizations_says_which_features_its_members_have(account: Account) -> None:
    """Source: https://clerk.com/docs/guides/billing/for-b2b"""
    user, clerk = account.user(), sdk(account)
    clerk.organization_permissions.create(name="Read reports", key="org:reports:read")
    permission = account.state("permissions")
    added = next(each for each in permission if each["key"] == "org:reports:read")
    for each in account.state("roles"):
        clerk.organization_roles.assign_permission(
            organization_role_id=each["id"], permission_id=added["id"]
        )
    organization = clerk.organizations.create(request={"name": "Acme", "created_by": user.id})
    session = clerk.sessions.create(request={"user_id": user.id})
    assert token(account, session.id) == {"fea": "o:reports"}
    plan(account, "Business", payerType="org", features=["sso"])
    assert token(account, session.id) == {"pla": "o:free_org", "fea": "o:reports"}
    account.simulate("subscriptionItem.active", plan="business")
    assert token(account, session.id) == {"pla": "o:business", "fea": "o:sso"}
    found = clerk.organizations.get_billing_subscription(organization_id=organization.id)
    assert [each.payer.organization_name for each in found.subscription_items] == ["Acme"]
    clerk.organizations.delete(organization_id=organization.id)
    assert account.state("billing_subscriptions") == []
