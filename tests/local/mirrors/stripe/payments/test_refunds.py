"""Refunds: in full, in part, too much, late, failing.

Source: https://docs.stripe.com/refunds
"""

from typing import Any

from tests.local.mirrors.stripe.client import NEW, NOW, OLD, Account, plain
from tests.local.mirrors.stripe.payments.paying import charge_of, new_customer, pay, refused


def refund(account: Account, intent: Any, **more: Any) -> Any:
    form: Any = {"payment_intent": intent["id"]} | more
    return plain(account.client_for(OLD).v1.refunds.create(form))


def test_a_refund_has_every_documented_field(account: Account) -> None:
    """Source: https://docs.stripe.com/api/refunds/object"""
    intent = pay(account)
    made = refund(account, intent, reason="requested_by_customer", metadata={"a": "1"})
    assert made == {
        "id": made["id"],
        "object": "refund",
        "amount": 2000,
        "balance_transaction": made["balance_transaction"],
        "charge": intent["latest_charge"],
        "created": NOW,
        "currency": "usd",
        "destination_details": made["destination_details"],
        "metadata": {"a": "1"},
        "payment_intent": intent["id"],
        "reason": "requested_by_customer",
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "succeeded",
        "transfer_reversal": None,
    }
    assert made["destination_details"]["card"]["type"] == "refund"
    newest = account.fetch(f"/v1/refunds/{made['id']}", NEW)
    assert newest["payment_method"] == intent["payment_method"]


def test_a_full_refund_tells_so_in_order(account: Account) -> None:
    """Source: https://docs.stripe.com/api/events/types"""
    intent = pay(account)
    before = len(account.types())
    refund(account, intent)
    charge = charge_of(account, intent)
    assert (charge["refunded"], charge["amount_refunded"]) == (True, 2000)
    assert account.types(before) == ["refund.created", "charge.refunded"]
    told = account.events("charge.refunded")[0]["data"]
    assert told == {"object": charge}
    assert account.fetch(f"/v1/payment_intents/{intent['id']}")["status"] == "succeeded"


def test_refunds_in_part_add_up(account: Account) -> None:
    """Source: https://docs.stripe.com/api/refunds/create"""
    intent = pay(account)
    first = refund(account, intent, amount=500)
    assert charge_of(account, intent)["refunded"] is False
    error = refused(lambda: refund(account, intent, amount=1501))
    assert error["message"] == (
        "Refund amount ($15.01) is greater than unrefunded amount on charge ($15.00)"
    )
    assert error["param"] == "amount"
    rest = refund(account, intent)
    assert rest["amount"] == 1500
    error = refused(lambda: refund(account, intent))
    assert error["code"] == "charge_already_refunded"
    assert error["message"] == f"Charge {intent['latest_charge']} has already been refunded."
    refunds = account.client.v1.refunds
    listed = refunds.list({"charge": intent["latest_charge"]}).data
    assert [each.id for each in listed] == [rest["id"], first["id"]]
    expanded = account.client.v1.charges.retrieve(intent["latest_charge"], {"expand": ["refunds"]})
    assert expanded.refunds
    assert [each.id for each in expanded.refunds.data] == [rest["id"], first["id"]]


def test_more_than_the_charge_can_not_be_refunded(account: Account) -> None:
    """Source: https://docs.stripe.com/api/refunds/create"""
    intent = pay(account, currency="eur")
    error = refused(lambda: refund(account, intent, amount=2001))
    assert error["message"] == "Refund amount (€20.01) is greater than charge amount (€20.00)"
    assert refused(lambda: refund(account, intent, amount=0))["code"] == "parameter_invalid_integer"
    assert refused(lambda: refund(account, intent, reason="bored"))["param"] == "reason"


def test_a_refund_names_what_it_refunds(account: Account) -> None:
    """Source: https://docs.stripe.com/api/refunds/create"""
    refunds = account.client.v1.refunds
    assert "payment_intent or charge" in refused(refunds.create, {})["message"]
    assert refused(refunds.create, {"charge": "ch_no"})["message"] == "No such charge: 'ch_no'"
    unpaid = account.client.v1.payment_intents.create({"amount": 500, "currency": "usd"})
    error = refused(refunds.create, {"payment_intent": unpaid.id})
    assert error["message"] == (
        f"This PaymentIntent ({unpaid.id}) does not have a successful charge to refund."
    )
    assert refused(refunds.retrieve, "re_no")["message"] == "No such refund: 're_no'"


def test_held_money_is_refunded_only_in_full(account: Account) -> None:
    """Source: https://docs.stripe.com/api/charges/capture"""
    form: Any = {"amount": 900, "currency": "usd", "source": "tok_visa", "capture": False}
    held = account.client.v1.charges.create(form)
    refunds = account.client.v1.refunds
    error = refused(refunds.create, {"charge": held.id, "amount": 100})
    assert error["message"].startswith("You cannot partially refund an uncaptured charge")
    assert refunds.create({"charge": held.id}).balance_transaction is None
    assert account.fetch(f"/v1/charges/{held.id}")["refunded"] is True


def test_a_refund_is_taken_from_the_balance(account: Account) -> None:
    """Source: https://docs.stripe.com/refunds: Stripe's fee isn't given back"""
    intent = pay(account, "pm_card_bypassPending")
    made = refund(account, intent, amount=1000)
    money = account.fetch(f"/v1/balance_transactions/{made['balance_transaction']}")
    assert (money["type"], money["amount"], money["fee"], money["net"]) == (
        "refund",
        -1000,
        0,
        -1000,
    )
    balance = plain(account.client.v1.balance.retrieve())
    assert balance["available"][0]["amount"] == 2000 - 88 - 1000


def test_a_slow_refund_arrives_later(account: Account) -> None:
    """Source: https://docs.stripe.com/testing#refunds"""
    intent = pay(account, "pm_card_pendingRefund")
    made = refund(account, intent)
    assert made["status"] == "pending"
    account.advance("1 minute")
    assert account.fetch(f"/v1/refunds/{made['id']}")["status"] == "succeeded"
    assert account.types()[-2:] == ["refund.updated", "charge.refund.updated"]


def test_a_refund_can_fail_after_all(account: Account) -> None:
    """Source: https://docs.stripe.com/testing#refunds"""
    intent = pay(account, "pm_card_refundFail")
    made = refund(account, intent)
    assert made["status"] == "succeeded"
    account.advance("1 minute")
    failed = account.fetch(f"/v1/refunds/{made['id']}")
    assert (failed["status"], failed["failure_reason"]) == ("failed", "unknown")
    money = account.fetch(f"/v1/balance_transactions/{failed['failure_balance_transaction']}")
    assert (money["type"], money["amount"]) == ("refund_failure", 2000)
    charge = charge_of(account, intent)
    assert (charge["refunded"], charge["amount_refunded"]) == (False, 0)
    assert account.types()[-2:] == ["refund.failed", "charge.refund.updated"]


def test_card_refunds_can_not_be_canceled_by_the_api(account: Account) -> None:
    """Source: https://docs.stripe.com/api/refunds/cancel"""
    made = refund(account, pay(account))
    error = refused(account.client.v1.refunds.cancel, made["id"])
    assert error["message"] == "Canceling this refund is unsupported."
    account.simulate("refund.updated", refund=made["id"], status="canceled")
    assert account.fetch(f"/v1/refunds/{made['id']}")["status"] == "canceled"


def test_a_refund_that_waits_for_the_payer_is_canceled(account: Account) -> None:
    """Source: https://docs.stripe.com/refunds#cancel-refund"""
    method = account.client.v1.payment_methods.create({"type": "multibanco"}).id
    intent = pay(
        account,
        method,
        payment_method_types=["multibanco"],
        return_url="https://acme.com",
        currency="eur",
        customer=new_customer(account),
    )
    account.simulate("payment_intent.succeeded")
    assert refused(lambda: refund(account, intent))["param"] == "instructions_email"
    made = refund(account, intent, instructions_email="jenny@acme.com")
    assert made["status"] == "requires_action"
    assert made["next_action"]["type"] == "display_details"
    gone = account.client.v1.refunds.cancel(made["id"])
    assert gone.status == "canceled"


def test_metadata_of_a_refund_changes(account: Account) -> None:
    """Source: https://docs.stripe.com/api/refunds/update"""
    made = refund(account, pay(account))
    changed = account.client.v1.refunds.update(made["id"], {"metadata": {"a": "1"}})
    scoped = account.call("POST", f"/v1/charges/{made['charge']}/refunds/{made['id']}")
    assert scoped.json()["metadata"] == {"a": "1"}
    assert plain(changed.metadata) == {"a": "1"}
    assert account.types()[-2:] == ["refund.updated", "charge.refund.updated"]


def test_a_payment_that_was_only_held_is_not_refunded(account: Account) -> None:
    """Source: https://docs.stripe.com/refunds#refund-requests"""
    held = pay(account, capture_method="manual")
    error = refused(lambda: refund(account, held))
    assert "You must cancel the PaymentIntent to reverse the authorization" in error["message"]


def test_a_refund_that_waits_for_the_payer_expires(account: Account) -> None:
    """Source: https://docs.stripe.com/api/refunds/expire"""
    method = account.client.v1.payment_methods.create({"type": "multibanco"}).id
    types = {"payment_method_types": ["multibanco"], "currency": "eur"}
    intent = pay(account, method, return_url="https://acme.com", **types)
    account.simulate("payment_intent.succeeded")
    made = refund(account, intent, instructions_email="jenny@acme.com")
    expire = account.client.v1.test_helpers.refunds.expire
    assert expire(made["id"]).status == "failed"
    assert "can't be expired" in refused(expire, made["id"])["message"]
