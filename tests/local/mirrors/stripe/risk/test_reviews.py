"""Reviews: payments that somebody is to look at.

Source: https://docs.stripe.com/api/radar/reviews
"""

from typing import Any

import pytest

from tests.local.mirrors.stripe.client import NOW, Account, plain
from tests.local.mirrors.stripe.payments.paying import charge_of, pay, refused


def test_a_review_is_opened_and_approved(account: Account) -> None:
    """Source: https://docs.stripe.com/api/radar/reviews/approve"""
    intent = pay(account)
    made = account.simulate("review.opened", charge=intent["id"])["result"]
    reviews = account.client.v1.reviews
    assert plain(reviews.retrieve(made["id"])) == {
        "id": made["id"],
        "object": "review",
        "billing_zip": None,
        "charge": intent["latest_charge"],
        "closed_reason": None,
        "created": NOW,
        "ip_address": None,
        "ip_address_location": None,
        "livemode": False,
        "open": True,
        "opened_reason": "rule",
        "payment_intent": intent["id"],
        "reason": "rule",
        "session": None,
    }
    assert charge_of(account, intent)["review"] == made["id"]
    assert [each.id for each in reviews.list().data] == [made["id"]]
    assert reviews.approve(made["id"]).closed_reason == "approved"
    assert reviews.list().data == []
    assert account.types()[-2:] == ["review.opened", "review.closed"]
    assert "already closed" in refused(reviews.approve, made["id"])["message"]


@pytest.mark.parametrize(
    ("event", "more", "reason"),
    [
        ("charge.refunded", {"reason": "fraudulent"}, "refunded_as_fraud"),
        ("charge.refunded", {}, "refunded"),
        ("charge.dispute.created", {}, "disputed"),
    ],
)
def test_refunds_and_disputes_close_a_review(
    account: Account, event: str, more: Any, reason: str
) -> None:
    """Source: https://docs.stripe.com/api/radar/reviews/object (closed_reason)"""
    pay(account)
    made = account.simulate("review.opened")["result"]
    account.simulate(event, **more)
    assert account.client.v1.reviews.retrieve(made["id"]).closed_reason == reason
