"""Payment records: payments that happened elsewhere, reported attempt by attempt."""

from typing import Any

import pytest
import stripe

from tests.local.mirrors.stripe.client import NOW, Account
from tests.local.mirrors.stripe.payments.paying import new_customer

BANK: Any = {"type": "custom", "custom": {"display_name": "Bank wire"}}
ELSEWHERE: Any = {"type": "custom", "custom": {"payment_reference": "wire-1"}}


def report(account: Account, **form: Any) -> Any:
    """Report a payment of ten dollars by wire, or what `form` says."""
    given: Any = {
        "amount_requested": {"currency": "usd", "value": 1000},
        "initiated_at": NOW - 60,
        "payment_method_details": BANK,
        "processor_details": ELSEWHERE,
        **form,
    }
    return account.client.v1.payment_records.report_payment(given)


def amounts(record: Any) -> dict[str, int]:
    """Return the amounts of a record that aren't zero."""
    names = ("authorized", "canceled", "failed", "guaranteed", "refunded", "requested")
    found = {name: getattr(record, f"amount_{name}").value for name in names}
    return {name: value for name, value in found.items() if value}


def test_a_payment_is_reported_as_it_begins_and_as_it_ends(account: Account) -> None:
    """Source: https://docs.stripe.com/api/payment-record/report-payment"""
    records: Any = account.client.v1.payment_records
    ada = new_customer(account)
    made = report(account, customer_details={"customer": ada}, description="Pens")
    assert (made.object, made.reported_by, made.description) == ("payment_record", "self", "Pens")
    assert amounts(made) == {"authorized": 1000, "requested": 1000}
    assert made.customer_details.to_dict() == {
        "customer": ada,
        "email": None,
        "name": None,
        "phone": None,
    }
    assert made.payment_method_details.custom.display_name == "Bank wire"
    failed = records.report_payment_attempt_failed(made.id, {"failed_at": NOW})
    assert amounts(failed) == {"failed": 1000, "requested": 1000}
    again = records.report_payment_attempt(made.id, {"initiated_at": NOW})
    assert again.latest_payment_attempt_record != made.latest_payment_attempt_record
    assert amounts(again) == {"authorized": 1000, "requested": 1000}
    paid = records.report_payment_attempt_guaranteed(
        made.id, {"guaranteed_at": NOW, "metadata": {"a": "1"}}
    )
    assert amounts(paid) == {"authorized": 1000, "guaranteed": 1000, "requested": 1000}
    assert paid.metadata.to_dict() == {"a": "1"}
    attempts = account.client.v1.payment_attempt_records.list({"payment_record": made.id}).data
    assert [amounts(each) for each in attempts] == [amounts(paid), amounts(failed)]
    one = account.client.v1.payment_attempt_records.retrieve(attempts[0].id)
    assert (one.payment_record, one.id) == (made.id, paid.latest_payment_attempt_record)
    assert [each.id for each in records.list({"created_after": NOW - 1}).data] == [made.id]
    assert records.list({"created_before": NOW}).data == []
    assert not [each for each in account.types() if "record" in each]


def test_what_else_becomes_known_is_put_into_the_record(account: Account) -> None:
    """Source: https://docs.stripe.com/api/payment-record/report-payment-attempt-informational"""
    records: Any = account.client.v1.payment_records
    made = report(account, customer_details={"name": "Ada"}, metadata={"a": "1"})
    shipping = {"name": "Ada", "address": {"line1": "Road 1", "country": "DE"}}
    told = records.report_payment_attempt_informational(
        made.id,
        {
            "customer_details": {"email": "ada@example.com"},
            "metadata": {"b": "2"},
            "shipping_details": shipping,
        },
    )
    assert (told.customer_details.name, told.customer_details.email) == ("Ada", "ada@example.com")
    assert told.metadata.to_dict() == {"a": "1", "b": "2"}
    assert (told.shipping_details.name, told.shipping_details.address.city) == ("Ada", None)


def test_a_refund_elsewhere_is_reported_up_to_what_is_left(account: Account) -> None:
    """Source: https://docs.stripe.com/api/payment-record/report-refund"""
    records: Any = account.client.v1.payment_records
    made = report(account, outcome="guaranteed", guaranteed={"guaranteed_at": NOW})

    def back(reference: str, **form: Any) -> Any:
        processor = {"type": "custom", "custom": {"refund_reference": reference}}
        given = {"outcome": "refunded", "refunded": {"refunded_at": NOW}, **form}
        return records.report_refund(made.id, {"processor_details": processor, **given})

    part = back("r1", amount={"currency": "usd", "value": 300})
    assert amounts(part)["refunded"] == 300
    for reference, amount in (("r1", 100), ("r2", 701)):
        with pytest.raises(stripe.InvalidRequestError):
            back(reference, amount={"currency": "usd", "value": amount})
    with pytest.raises(stripe.InvalidRequestError, match="usd"):
        back("r2", amount={"currency": "eur", "value": 100})
    assert amounts(back("r2"))["refunded"] == 1000
    with pytest.raises(stripe.InvalidRequestError, match="nothing left"):
        back("r3")


def test_a_record_pays_an_open_invoice(account: Account) -> None:
    """Source: https://docs.stripe.com/api/invoices/attach_payment"""
    client: Any = account.client.v1
    ada = new_customer(account)
    client.invoice_items.create({"customer": ada, "amount": 1000, "currency": "usd"})
    form = {"customer": ada, "pending_invoice_items_behavior": "include"}
    invoice = client.invoices.finalize_invoice(client.invoices.create(form).id)
    waiting = report(account)
    with pytest.raises(stripe.InvalidRequestError, match="guaranteed"):
        client.invoices.attach_payment(invoice.id, {"payment_record": waiting.id})
    small = report(
        account,
        amount_requested={"currency": "usd", "value": 999},
        outcome="guaranteed",
        guaranteed={"guaranteed_at": NOW},
    )
    with pytest.raises(stripe.InvalidRequestError, match="less than"):
        client.invoices.attach_payment(invoice.id, {"payment_record": small.id})
    client.payment_records.report_payment_attempt_guaranteed(waiting.id, {"guaranteed_at": NOW})
    paid = client.invoices.attach_payment(invoice.id, {"payment_record": waiting.id})
    assert (paid.status, paid.amount_paid) == ("paid", 1000)
    by_record = {"payment": {"type": "payment_record", "payment_record": waiting.id}}
    (payment,) = client.invoice_payments.list(by_record).data
    assert (payment.status, payment.invoice) == ("paid", invoice.id)
    assert payment.payment.to_dict() == {"type": "payment_record", "payment_record": waiting.id}
    assert "invoice.paid" in account.types()


def test_records_refuse_what_cannot_be(account: Account) -> None:
    """Source: https://docs.stripe.com/api/payment-record"""
    path = "/v1/payment_records/report_payment"
    whole = (
        "amount_requested[currency]=usd&amount_requested[value]=900&initiated_at=1"
        "&payment_method_details[custom][display_name]=Cash"
    )
    for broken, param in (
        (whole.replace("usd", "xyz"), "amount_requested[currency]"),
        (whole.replace("900", "0"), "amount_requested[value]"),
        (whole.replace("900", "-1"), "amount_requested[value]"),
        (whole.replace("&initiated_at=1", ""), "initiated_at"),
        (f"{whole}&outcome=guaranteed", "guaranteed"),
        (f"{whole}&outcome=lost", "outcome"),
        (f"{whole}&failed[failed_at]=1", "failed"),
        (f"{whole}&customer_details[customer]=cus_x", "customer_details[customer]"),
        (f"{whole}&payment_method_details[payment_method]=pm_x",
         "payment_method_details[payment_method]"),
        (f"{whole}&processor_details[type]=custom", "processor_details[custom]"),
    ):  # fmt: skip
        assert account.refused(400, "POST", path, broken)["param"] == param, broken
    made = account.call("POST", path, whole).json()["id"]
    attempt = f"/v1/payment_records/{made}/report_payment_attempt"
    told = account.refused(400, "POST", attempt, "initiated_at=2")
    assert "canceled or failed" in told["message"]
    assert account.call("POST", f"{attempt}_canceled", "canceled_at=2").is_success
    told = account.refused(400, "POST", f"{attempt}_guaranteed", "guaranteed_at=3")
    assert "canceled already" in told["message"]
    lone = account.refused(400, "GET", "/v1/payment_attempt_records")
    assert lone["param"] == "payment_record"
    assert account.refused(404, "GET", "/v1/payment_records/pr_x")["code"] == "resource_missing"
