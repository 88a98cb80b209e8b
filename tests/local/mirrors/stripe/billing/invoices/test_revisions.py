"""Revised invoices, and invoices that are paid in parts.

Source: https://docs.stripe.com/invoicing/invoice-edits and
https://docs.stripe.com/invoicing/partial-payments
"""

from typing import Any

import pytest
import stripe

from tests.local.mirrors.stripe.billing.shop import Shop, bill
from tests.local.mirrors.stripe.client import Account
from tests.local.mirrors.stripe.payments.paying import refused


@pytest.fixture
def shop(account: Account) -> Shop:
    return Shop(account)


def opened(shop: Shop, customer: str, amount: int = 1500, **more: Any) -> stripe.Invoice:
    """Return an open invoice of one line."""
    given: Any = {"customer": customer, "metadata": {"po": "7"}, "description": "Works", **more}
    invoice = shop.v1.invoices.create(given)
    item: Any = {"customer": customer, "invoice": invoice.id, "amount": amount, "currency": "usd"}
    shop.v1.invoice_items.create(item | {"description": "Work"})
    return shop.v1.invoices.finalize_invoice(invoice.id)


def revise(shop: Shop, id: str, **more: Any) -> stripe.Invoice:
    given: Any = {"from_invoice": {"action": "revision", "invoice": id}, **more}
    return shop.v1.invoices.create(given)


def intent(shop: Shop, customer: str, amount: int, **more: Any) -> str:
    """Pay an amount apart from any invoice."""
    given: Any = {
        "amount": amount,
        "currency": "usd",
        "customer": customer,
        "payment_method": "pm_card_visa",
        "confirm": True,
        "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
        **more,
    }
    return shop.v1.payment_intents.create(given).id


def attach(shop: Shop, invoice: str, payment: str) -> stripe.Invoice:
    return shop.v1.invoices.attach_payment(invoice, {"payment_intent": payment})


def test_a_revision_takes_the_place_of_an_open_invoice(shop: Shop) -> None:
    """Source: https://docs.stripe.com/invoicing/invoice-edits"""
    customer = shop.customer()
    shop.v1.customers.balance_transactions.create(customer, {"amount": -400, "currency": "usd"})
    first = opened(shop, customer)
    assert first.amount_due == 1100
    draft = revise(shop, first.id, description="Less work")
    assert (draft.status, draft.description) == ("draft", "Less work")
    assert draft.metadata
    assert draft.metadata["po"] == "7"
    assert draft.from_invoice
    assert (draft.from_invoice.action, draft.from_invoice.invoice) == ("revision", first.id)
    item = shop.v1.invoices.line_items.list(draft.id).data[0]
    assert item.id not in [each.id for each in first.lines.data]
    shop.v1.invoices.line_items.update(draft.id, item.id, {"amount": 900})
    assert shop.v1.invoices.retrieve(first.id).latest_revision is None
    second = shop.v1.invoices.finalize_invoice(draft.id)
    assert (second.amount_due, second.starting_balance) == (500, -400)
    assert bill(shop.invoice(second.id)) == [("Work", 900)]
    voided = shop.v1.invoices.retrieve(first.id)
    assert (voided.status, voided.latest_revision) == ("void", second.id)
    assert shop.v1.invoices.pay(second.id).status == "paid"
    assert [each["type"] for each in shop.account.events("invoice.voided")] == ["invoice.voided"]


def test_what_is_paid_void_or_a_subscriptions_is_not_revised(shop: Shop) -> None:
    """Source: https://docs.stripe.com/invoicing/invoice-edits"""
    customer = shop.customer()
    sub = shop.subscribe(customer, shop.price(1000))
    paid = shop.v1.invoices.pay(opened(shop, customer).id)
    void = shop.v1.invoices.void_invoice(opened(shop, customer).id)
    draft = shop.v1.invoices.create({"customer": customer})
    for id in (str(sub.latest_invoice), paid.id, void.id, draft.id):
        assert refused(revise, shop, id)["param"] == "from_invoice[invoice]"
    first = opened(shop, customer)
    named: Any = {"customer": customer, "from_invoice": {"action": "revision", "invoice": first.id}}
    assert refused(shop.v1.invoices.create, named)["param"] == "customer"
    late = revise(shop, first.id)
    shop.v1.invoices.pay(first.id)
    assert "paid or void" in refused(shop.v1.invoices.finalize_invoice, late.id)["message"]
    assert shop.v1.invoices.retrieve(first.id).status == "paid"


def test_an_invoice_is_paid_in_parts(shop: Shop) -> None:
    """Source: https://docs.stripe.com/api/invoices/attach_payment"""
    customer = shop.customer()
    invoice = opened(shop, customer).id
    part = attach(shop, invoice, intent(shop, customer, 600))
    assert (part.status, part.amount_paid, part.amount_remaining) == ("open", 600, 900)
    payments = shop.v1.invoice_payments.list({"invoice": invoice}).data
    default, first = sorted(payments, key=lambda each: not each.is_default)
    assert (default.status, default.amount_requested) == ("open", 900)
    assert (first.status, first.amount_paid, first.amount_requested) == ("paid", 600, 600)
    assert shop.told()[-1] == "invoice_payment.paid"
    later = intent(shop, customer, 400, confirm=False)
    assert attach(shop, invoice, later).amount_remaining == 900
    shop.v1.payment_intents.confirm(later)
    assert shop.v1.invoices.retrieve(invoice).amount_remaining == 500
    rest = shop.v1.invoices.pay(invoice)
    assert (rest.status, rest.amount_paid, rest.amount_remaining) == ("paid", 1500, 0)
    charged = sorted(each.amount for each in shop.v1.charges.list().data)
    assert charged == [400, 500, 600]
    assert len(shop.account.events("invoice.paid")) == 1


def test_what_is_paid_too_much_goes_to_the_customers_balance(shop: Shop) -> None:
    """Source: https://docs.stripe.com/api/invoices/object#invoice_object-amount_overpaid"""
    customer = shop.customer()
    invoice = opened(shop, customer).id
    attach(shop, invoice, intent(shop, customer, 1000))
    paid = attach(shop, invoice, intent(shop, customer, 800))
    assert (paid.status, paid.amount_paid, paid.amount_overpaid) == ("paid", 1500, 300)
    assert shop.v1.customers.retrieve(customer).balance == -300
    statuses = [each.status for each in shop.v1.invoice_payments.list({"invoice": invoice}).data]
    assert statuses == ["paid", "paid", "canceled"]


def test_payments_that_cannot_pay_an_invoice_are_refused(shop: Shop) -> None:
    """Source: https://docs.stripe.com/api/invoices/attach_payment"""
    customer = shop.customer()
    invoice = opened(shop, customer).id
    other = intent(shop, shop.customer(), 600)
    euros = intent(shop, customer, 600, currency="eur")
    once = intent(shop, customer, 600)
    attach(shop, invoice, once)
    for payment in (other, euros, once):
        assert refused(attach, shop, invoice, payment)["param"] == "payment_intent"
    assert shop.v1.invoices.retrieve(invoice).amount_remaining == 900


def test_what_is_left_can_be_paid_elsewhere(shop: Shop) -> None:
    """Source: https://docs.stripe.com/api/invoices/pay#pay_invoice-paid_out_of_band"""
    customer = shop.customer()
    invoice = opened(shop, customer).id
    attach(shop, invoice, intent(shop, customer, 600))
    paid = shop.v1.invoices.pay(invoice, {"paid_out_of_band": True})
    assert (paid.status, paid.amount_paid, paid.amount_paid_off_stripe) == ("paid", 1500, 900)
    statuses = [each.status for each in shop.v1.invoice_payments.list({"invoice": invoice}).data]
    assert statuses == ["paid", "canceled"]
