"""Credit notes: before and after payment.

Source: https://docs.stripe.com/invoicing/integration/programmatic-credit-notes
"""

from typing import Any

import pytest
import stripe

from tests.local.mirrors.stripe.billing.shop import Shop
from tests.local.mirrors.stripe.client import NEW, NOW, Account


@pytest.fixture
def shop(account: Account) -> Shop:
    return Shop(account)


def bill_for(shop: Shop, customer: str, amount: int = 1000, **more: Any) -> stripe.Invoice:
    invoice = shop.v1.invoices.create({"customer": customer, **more})  # type: ignore[arg-type]  # any parameters
    item: Any = {"customer": customer, "invoice": invoice.id, "amount": amount, "currency": "usd"}
    shop.v1.invoice_items.create(item)
    return shop.v1.invoices.finalize_invoice(invoice.id)


def test_a_note_on_an_open_invoice_leaves_less_to_pay(shop: Shop) -> None:
    """Source: https://docs.stripe.com/api/credit_notes/create"""
    customer = shop.customer()
    invoice = bill_for(shop, customer)
    line = invoice.lines.data[0].id
    given: Any = {
        "invoice": invoice.id,
        "lines": [{"type": "invoice_line_item", "invoice_line_item": line, "amount": 400}],
        "reason": "order_change",
        "memo": "Sorry",
    }
    note = shop.v1.credit_notes.create(given)
    assert (note.total, note.type, note.status) == (400, "pre_payment", "issued")
    assert (note.number, note.effective_at) == (f"{invoice.number}-CN-01", NOW)
    after = shop.invoice(invoice.id)
    assert (after["amount_remaining"], after["pre_payment_credit_notes_amount"]) == (600, 400)
    assert [each["type"] for each in shop.account.events("credit_note.created")] == [
        "credit_note.created"
    ]
    paid = shop.v1.invoices.pay(invoice.id)
    assert paid.amount_paid == 600


def test_a_note_over_all_of_an_open_invoice_pays_it(shop: Shop) -> None:
    """Source: https://docs.stripe.com/invoicing/integration/programmatic-credit-notes"""
    invoice = bill_for(shop, shop.customer())
    shop.v1.credit_notes.create({"invoice": invoice.id, "amount": 1000})
    assert shop.invoice(invoice.id)["status"] == "paid"


def test_a_note_on_a_paid_invoice_gives_money_back(shop: Shop) -> None:
    """Source: https://docs.stripe.com/api/credit_notes/create#create_credit_note-refund_amount"""
    customer = shop.customer()
    invoice = bill_for(shop, customer)
    shop.v1.invoices.pay(invoice.id)
    given: Any = {
        "invoice": invoice.id,
        "amount": 600,
        "refund_amount": 300,
        "credit_amount": 200,
        "out_of_band_amount": 100,
    }
    note = shop.v1.credit_notes.create(given)
    assert (note.type, note.post_payment_amount) == ("post_payment", 600)
    assert [each.amount_refunded for each in note.refunds] == [300]
    assert shop.v1.customers.retrieve(customer).balance == -200
    charge = shop.v1.charges.retrieve(shop.invoice(invoice.id)["charge"])
    assert charge.amount_refunded == 300
    old = shop.account.fetch(f"/v1/credit_notes/{note.id}")
    assert old["refund"] == note.refunds[0].refund
    assert "refunds" not in old
    with pytest.raises(stripe.InvalidRequestError, match="must equal the total"):
        shop.v1.credit_notes.create({"invoice": invoice.id, "amount": 100})
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        shop.v1.credit_notes.create({"invoice": invoice.id, "refund_amount": 401})
    assert refusal.value.param == "amount"


def test_tax_is_credited_in_proportion(shop: Shop) -> None:
    """Source: https://docs.stripe.com/invoicing/integration/programmatic-credit-notes"""
    rate: Any = {"display_name": "VAT", "percentage": 20, "inclusive": False}
    vat = shop.v1.tax_rates.create(rate).id
    invoice = bill_for(shop, shop.customer(), default_tax_rates=[vat])
    assert invoice.total == 1200
    given: Any = {
        "invoice": invoice.id,
        "lines": [
            {
                "type": "invoice_line_item",
                "invoice_line_item": invoice.lines.data[0].id,
                "amount": 500,
            }
        ],
    }
    note = shop.v1.credit_notes.preview(given)
    assert (note.subtotal, note.total, note.total_excluding_tax) == (500, 600, 500)
    made = shop.account.fetch(f"/v1/credit_notes/{shop.v1.credit_notes.create(given).id}")
    assert [each["amount"] for each in made["tax_amounts"]] == [100]
    lines = shop.account.fetch(f"/v1/credit_notes/{made['id']}/lines", NEW)
    assert [each["taxes"][0]["amount"] for each in lines["data"]] == [100]


def test_a_note_can_be_voided_while_the_invoice_is_open(shop: Shop) -> None:
    """Source: https://docs.stripe.com/api/credit_notes/void"""
    customer = shop.customer()
    invoice = bill_for(shop, customer)
    note = shop.v1.credit_notes.create({"invoice": invoice.id, "amount": 400})
    gone = shop.v1.credit_notes.void_credit_note(note.id)
    assert (gone.status, gone.voided_at) == ("void", NOW)
    assert shop.invoice(invoice.id)["amount_remaining"] == 1000
    changed = shop.v1.credit_notes.update(note.id, {"memo": "Never mind"})
    assert changed.memo == "Never mind"
    listed = shop.v1.credit_notes.list({"invoice": invoice.id})
    assert [each.id for each in listed.data] == [note.id]
    draft = shop.v1.invoices.create({"customer": customer})
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        shop.v1.credit_notes.create({"invoice": draft.id, "amount": 1})
    assert refusal.value.param == "invoice"
