"""Top-ups. Source: https://docs.stripe.com/api/topups"""

from typing import Any

import pytest
import stripe

from tests.local.mirrors.stripe.client import Account, plain


def test_a_topup_arrives_and_can_be_transferred(account: Account) -> None:
    """Source: https://docs.stripe.com/connect/top-ups"""
    topups = account.client.v1.topups
    form: Any = {"amount": 5000, "currency": "usd", "metadata": {"for": "sellers"}}
    made = topups.create({**form, "description": "Float"})  # type: ignore[typeddict-item]
    assert (made.status, made.balance_transaction) == ("pending", None)
    account.advance("3s")
    there = topups.retrieve(made.id)
    assert there.status == "succeeded"
    booked = account.client.v1.balance_transactions.retrieve(str(there.balance_transaction))
    assert (booked.type, booked.net, booked.reporting_category) == ("topup", 5000, "topup")
    balance = plain(account.client.v1.balance.retrieve())
    assert balance["available"][0]["amount"] == 5000
    changed = topups.update(made.id, {"metadata": {"for": ""}})
    assert plain(changed.metadata) == {}
    assert [each.id for each in topups.list({"amount": {"gte": 5000}}).data] == [made.id]
    assert topups.list({"amount": {"gt": 5000}}).data == []
    types = [event["type"] for event in account.events()]
    assert [type for type in types if type.startswith("topup")] == [
        "topup.created",
        "topup.succeeded",
    ]


def test_only_a_topup_on_its_way_is_canceled(account: Account) -> None:
    """Source: https://docs.stripe.com/api/topups/cancel"""
    topups = account.client.v1.topups
    form: Any = {"amount": 5000, "currency": "usd"}
    assert topups.cancel(topups.create(form).id).status == "canceled"
    there = topups.create(form)
    account.advance("3s")
    with pytest.raises(stripe.InvalidRequestError, match="Only pending top-ups"):
        topups.cancel(there.id)
    assert plain(account.client.v1.balance.retrieve())["available"][0]["amount"] == 5000
