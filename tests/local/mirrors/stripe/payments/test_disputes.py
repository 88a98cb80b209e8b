"""Disputes: opened by cardholders, answered, won, lost.

Source: https://docs.stripe.com/disputes
"""

from typing import Any

import pytest

from tests.local.mirrors.stripe.client import NOW, OLD, Account, plain
from tests.local.mirrors.stripe.payments.paying import charge_of, pay, refused


def disputed(account: Account, name: str = "pm_card_createDispute") -> Any:
    """Make a payment that is disputed at once, and return the dispute."""
    intent = pay(account, name)
    return account.fetch(f"/v1/disputes?payment_intent={intent['id']}")["data"][0]


def test_a_dispute_has_every_documented_field(account: Account) -> None:
    """Source: https://docs.stripe.com/api/disputes/object"""
    made = disputed(account)
    evidence = made.pop("evidence")
    assert set(evidence.values()) <= {None}
    movements = made.pop("balance_transactions")
    assert [(each["amount"], each["fee"], each["net"]) for each in movements] == [
        (-2000, 1500, -3500)
    ]
    due = made["evidence_details"].pop("due_by")
    assert due == (NOW // 86400 + 9) * 86400 - 1
    assert made == {
        "id": made["id"],
        "object": "dispute",
        "amount": 2000,
        "charge": made["charge"],
        "created": NOW,
        "currency": "usd",
        "evidence_details": {"has_evidence": False, "past_due": False, "submission_count": 0},
        "is_charge_refundable": False,
        "livemode": False,
        "metadata": {},
        "payment_intent": made["payment_intent"],
        "payment_method_details": {
            "card": {"brand": "visa", "case_type": "chargeback", "network_reason_code": "10.4"},
            "type": "card",
        },
        "reason": "fraudulent",
        "status": "needs_response",
    }


def test_a_dispute_takes_the_money_back(account: Account) -> None:
    """Source: https://docs.stripe.com/disputes/how-disputes-work"""
    made = disputed(account)
    assert account.fetch(f"/v1/charges/{made['charge']}")["disputed"] is True
    assert account.types() == [
        "payment_intent.created",
        "charge.succeeded",
        "charge.dispute.created",
        "charge.dispute.funds_withdrawn",
        "payment_intent.succeeded",
        "charge.updated",
    ]
    assert account.events("charge.dispute.created")[0]["data"]["object"]["id"] == made["id"]
    error = refused(account.client.v1.refunds.create, {"charge": made["charge"]})
    assert error["code"] == "charge_disputed"
    assert error["message"].endswith("has been charged back; cannot issue a refund.")


@pytest.mark.parametrize(
    ("text", "outcome"), [("winning_evidence", "won"), ("losing_evidence", "lost")]
)
def test_evidence_decides_a_dispute(account: Account, text: str, outcome: str) -> None:
    """Source: https://docs.stripe.com/testing#evidence"""
    made = disputed(account)
    before = len(account.types())
    answered = plain(
        account.client_for(OLD).v1.disputes.update(
            made["id"], {"evidence": {"uncategorized_text": text}, "metadata": {"a": "1"}}
        )
    )
    assert answered["status"] == "under_review"
    assert answered["evidence_details"]["submission_count"] == 1
    assert answered["evidence_details"]["has_evidence"] is True
    account.advance("1 minute")
    done = account.fetch(f"/v1/disputes/{made['id']}")
    assert done["status"] == outcome
    told = ["charge.dispute.updated", "charge.updated"]
    if outcome == "won":
        told.append("charge.dispute.funds_reinstated")
        assert [each["net"] for each in done["balance_transactions"]] == [-3500, 3500]
    assert account.types(before) == [*told, "charge.dispute.closed"]


def test_evidence_can_be_gathered_before_it_is_submitted(account: Account) -> None:
    """Source: https://docs.stripe.com/api/disputes/update (submit)"""
    made = disputed(account)
    disputes = account.client_for(OLD).v1.disputes
    draft = disputes.update(made["id"], {"evidence": {"customer_name": "Jenny"}, "submit": False})
    assert (draft.status, draft.evidence_details.submission_count) == ("needs_response", 0)
    sent = disputes.update(made["id"], {"evidence": {"product_description": "Tea"}})
    assert (sent.status, sent.evidence.customer_name) == ("under_review", "Jenny")
    error = refused(disputes.update, made["id"], {"evidence": {"customer_name": "Joan"}})
    assert "under_review" in error["message"]


def test_a_dispute_can_be_given_up(account: Account) -> None:
    """Source: https://docs.stripe.com/api/disputes/close"""
    made = disputed(account)
    disputes = account.client.v1.disputes
    assert disputes.close(made["id"]).status == "lost"
    assert account.types()[-2:] == ["charge.dispute.closed", "charge.updated"]
    assert refused(disputes.close, made["id"])["message"] == "This dispute is already closed"
    late = refused(disputes.update, made["id"], {"evidence": {"customer_name": "Joan"}})
    assert late["message"] == "This dispute is already closed"


def test_unknown_evidence_is_refused(account: Account) -> None:
    """Source: https://docs.stripe.com/api/disputes/update"""
    made = disputed(account)
    form = {"evidence[nonsense]": "x"}
    error = account.refused(400, "POST", f"/v1/disputes/{made['id']}", form)
    assert "evidence[nonsense]" in error["message"]


def test_an_inquiry_moves_no_money(account: Account) -> None:
    """Source: https://docs.stripe.com/disputes/how-disputes-work#inquiries"""
    made = disputed(account, "pm_card_createDisputeInquiry")
    assert made["status"] == "warning_needs_response"
    assert made["balance_transactions"] == []
    assert made["is_charge_refundable"] is True
    assert "charge.dispute.funds_withdrawn" not in account.types()
    account.simulate("charge.dispute.closed", dispute=made["id"])
    assert account.fetch(f"/v1/disputes/{made['id']}")["status"] == "warning_closed"


def test_an_inquiry_can_become_a_dispute(account: Account) -> None:
    """Source: https://docs.stripe.com/disputes/how-disputes-work#inquiries"""
    made = disputed(account, "pm_card_createDisputeInquiry")
    account.simulate("charge.dispute.funds_withdrawn")
    grown = account.fetch(f"/v1/disputes/{made['id']}")
    assert grown["status"] == "needs_response"
    assert grown["payment_method_details"]["card"]["case_type"] == "chargeback"
    assert account.types()[-2:] == ["charge.dispute.updated", "charge.dispute.funds_withdrawn"]


def test_a_charge_can_be_disputed_more_than_once(account: Account) -> None:
    """Source: https://docs.stripe.com/testing#disputes"""
    intent = pay(account, "pm_card_createMultipleDisputes")
    found = account.client.v1.disputes.list({"charge": intent["latest_charge"]}).data
    assert sum(each.amount for each in found) == 2000
    assert len(found) == 2


def test_the_world_disputes_any_charge(account: Account) -> None:
    """Ours: simulate charge.dispute.created and closed."""
    intent = pay(account)
    told = account.simulate(
        "charge.dispute.created", charge=intent["id"], reason="duplicate", amount=700
    )
    assert [each["type"] for each in told["webhooks"]] == [
        "charge.dispute.created",
        "charge.dispute.funds_withdrawn",
    ]
    assert (told["result"]["reason"], told["result"]["amount"]) == ("duplicate", 700)
    lost = account.simulate("charge.dispute.closed", status="lost")
    assert lost["result"]["status"] == "lost"


def test_an_early_fraud_warning_is_actionable_until_it_is_acted_on(account: Account) -> None:
    """Source: https://docs.stripe.com/disputes/measuring#early-fraud-warnings"""
    intent = pay(account, "pm_card_createIssuerFraudRecord")
    warnings = account.client.v1.radar.early_fraud_warnings
    found = warnings.list({"charge": intent["latest_charge"]}).data[0]
    assert plain(found) == {
        "id": found.id,
        "object": "radar.early_fraud_warning",
        "actionable": True,
        "charge": intent["latest_charge"],
        "created": NOW,
        "fraud_type": "misc",
        "livemode": False,
        "payment_intent": intent["id"],
    }
    account.client.v1.refunds.create({"charge": intent["latest_charge"]})
    assert warnings.retrieve(found.id).actionable is False
    assert account.types()[-1] == "radar.early_fraud_warning.updated"


def test_the_world_warns_of_fraud(account: Account) -> None:
    """Ours: simulate radar.early_fraud_warning.created."""
    intent = pay(account)
    charge = charge_of(account, intent)["id"]
    told = account.simulate(
        "radar.early_fraud_warning.created", charge=charge, fraudType="made_with_lost_card"
    )
    assert told["result"]["fraud_type"] == "made_with_lost_card"
    assert told["webhooks"][0]["type"] == "radar.early_fraud_warning.created"


def test_evidence_can_escalate_an_inquiry(account: Account) -> None:
    """Source: https://docs.stripe.com/testing#evidence"""
    made = disputed(account, "pm_card_createDisputeInquiry")
    said: Any = {"evidence": {"uncategorized_text": "escalate_inquiry_evidence"}}
    answered = account.client.v1.disputes.update(made["id"], said)
    assert answered.status == "warning_under_review"
    account.advance("1 minute")
    assert account.fetch(f"/v1/disputes/{made['id']}")["status"] == "needs_response"


def test_a_won_dispute_can_be_refunded(account: Account) -> None:
    """Source: https://docs.stripe.com/disputes/how-disputes-work"""
    made = disputed(account)
    account.simulate("charge.dispute.closed", status="won")
    assert account.fetch(f"/v1/disputes/{made['id']}")["is_charge_refundable"] is True
    assert account.client.v1.refunds.create({"charge": made["charge"]}).status == "succeeded"
