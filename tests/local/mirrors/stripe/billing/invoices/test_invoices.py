"""Invoices by hand: drafted, finalized, paid, sent, voided, written off.

Source: https://docs.stripe.com/invoicing/integration/workflow-transitions
"""

from typing import Any

import httpx
import pytest
import stripe

from tests.local.mirrors.stripe.billing.shop import DAY, Shop, bill
from tests.local.mirrors.stripe.client import NOW, Account


@pytest.fixture
def shop(account: Account) -> Shop:
    return Shop(account)


def draft(shop: Shop, customer: str, amount: int = 1500, **more: Any) -> stripe.Invoice:
    invoice = shop.v1.invoices.create({"customer": customer, **more})  # type: ignore[arg-type]  # any parameters
    item: Any = {"customer": customer, "invoice": invoice.id, "amount": amount, "currency": "usd"}
    shop.v1.invoice_items.create(item | {"description": "Work"})
    return shop.v1.invoices.retrieve(invoice.id)


def test_an_invoice_is_drafted_finalized_and_paid(shop: Shop) -> None:
    """Source: https://docs.stripe.com/invoicing/integration/quickstart"""
    customer = shop.customer()
    shop.told()
    invoice = draft(shop, customer, description="May", metadata={"a": "b"})
    assert (invoice.status, invoice.total, invoice.number) == ("draft", 1500, None)
    done = shop.v1.invoices.finalize_invoice(invoice.id)
    prefix = shop.v1.customers.retrieve(customer).invoice_prefix
    assert (done.status, done.number, done.amount_due) == ("open", f"{prefix}-0001", 1500)
    assert str(done.hosted_invoice_url).startswith(f"{shop.account.url}/i/")
    assert done.status_transitions.finalized_at == NOW
    paid = shop.v1.invoices.pay(invoice.id)
    assert (paid.status, paid.amount_paid, paid.amount_remaining) == ("paid", 1500, 0)
    assert shop.told() == [
        "invoice.created",
        "invoiceitem.created",
        "invoice.updated",
        "invoice.finalized",
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "invoice.updated",
        "invoice_payment.paid",
        "invoice.paid",
        "invoice.payment_succeeded",
    ]
    for verb, words in (
        (shop.v1.invoices.pay, "Invoice is already paid"),
        (shop.v1.invoices.finalize_invoice, "you can't re-finalize a non-draft invoice"),
        (shop.v1.invoices.void_invoice, "You can only pass in open invoices"),
        (shop.v1.invoices.mark_uncollectible, "You can only pass in open invoices"),
        (shop.v1.invoices.delete, "You can only delete draft invoices"),
    ):
        with pytest.raises(stripe.InvalidRequestError, match=words):
            verb(invoice.id)


def test_auto_advance_finalizes_and_collects_an_hour_after_the_draft(shop: Shop) -> None:
    """Source: https://docs.stripe.com/invoicing/integration/automatic-advancement-collection"""
    invoice = draft(shop, shop.customer(), auto_advance=True)
    assert invoice.automatically_finalizes_at == NOW + 3600
    shop.account.advance("59m")
    assert shop.invoice(invoice.id)["status"] == "draft"
    shop.account.advance("1m")
    assert shop.invoice(invoice.id)["status"] == "paid"
    still = draft(shop, shop.customer())
    shop.account.advance("2d")
    assert shop.invoice(still.id)["status"] == "draft"


def test_a_declined_payment_answers_402_and_can_be_tried_with_another_card(shop: Shop) -> None:
    """Source: https://docs.stripe.com/api/invoices/pay"""
    customer = shop.customer("pm_card_chargeCustomerFail")
    invoice = draft(shop, customer)
    with pytest.raises(stripe.CardError) as refusal:
        shop.v1.invoices.pay(invoice.id)
    assert (refusal.value.http_status, refusal.value.code) == (402, "card_declined")
    failed = shop.invoice(invoice.id)
    assert (failed["status"], failed["attempted"], failed["attempt_count"]) == ("open", True, 1)
    assert shop.event("invoice.payment_failed")["data"]["object"]["id"] == invoice.id
    method = shop.v1.payment_methods.attach("pm_card_visa", {"customer": customer}).id
    assert shop.v1.invoices.pay(invoice.id, {"payment_method": method}).status == "paid"


def test_an_invoice_can_be_paid_elsewhere(shop: Shop) -> None:
    """Source: https://docs.stripe.com/invoicing/integration#handle-payment-events"""
    invoice = draft(shop, shop.customer(None))
    with pytest.raises(stripe.InvalidRequestError, match="no attached payment source"):
        shop.v1.invoices.pay(invoice.id)
    shop.told()
    shop.v1.invoices.pay(invoice.id, {"paid_out_of_band": True})
    told = shop.told()
    assert "invoice.paid" in told
    assert "invoice.payment_succeeded" not in told
    paid = shop.invoice(invoice.id)
    assert (paid["status"], paid["paid_out_of_band"], paid["charge"]) == ("paid", True, None)


def test_a_sent_invoice_is_paid_by_its_customer(shop: Shop) -> None:
    """Source: https://docs.stripe.com/api/invoices/send"""
    customer = shop.customer(None)
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        shop.v1.invoices.create({"customer": customer, "collection_method": "send_invoice"})
    assert refusal.value.user_message == (
        "If invoice collection method is 'send_invoice', you must specify 'due_date' or"
        " 'days_until_due'."
    )
    form: Any = {"customer": customer, "collection_method": "charge_automatically"}
    with pytest.raises(stripe.InvalidRequestError, match="You can only specify 'due_date' or"):
        shop.v1.invoices.create(form | {"days_until_due": 30})
    invoice = draft(shop, customer, collection_method="send_invoice", days_until_due=30)
    shop.told()
    sent = shop.v1.invoices.send_invoice(invoice.id)
    assert (sent.status, sent.due_date) == ("open", NOW + 30 * DAY)
    assert shop.told() == ["invoice.finalized", "payment_intent.created", "invoice.sent"]
    intent = shop.invoice(invoice.id)["payment_intent"]
    given: Any = {"payment_method": "pm_card_visa", "return_url": "https://example.com"}
    shop.v1.payment_intents.confirm(intent, given)
    assert shop.invoice(invoice.id)["status"] == "paid"
    charged = draft(shop, customer)
    with pytest.raises(stripe.InvalidRequestError, match="collection method is"):
        shop.v1.invoices.send_invoice(charged.id)


def test_an_invoice_is_voided_with_its_payment_intent_and_balance(shop: Shop) -> None:
    """Source: https://docs.stripe.com/invoicing/integration/workflow-transitions#void"""
    customer = shop.customer()
    shop.v1.customers.balance_transactions.create(customer, {"amount": -500, "currency": "usd"})
    invoice = shop.v1.invoices.finalize_invoice(draft(shop, customer).id)
    assert (invoice.starting_balance, invoice.ending_balance, invoice.amount_due) == (-500, 0, 1000)
    assert shop.v1.customers.retrieve(customer).balance == 0
    shop.told()
    gone = shop.v1.invoices.void_invoice(invoice.id)
    assert (gone.status, gone.status_transitions.voided_at) == ("void", NOW)
    assert shop.told() == ["payment_intent.canceled", "invoice.voided"]
    assert shop.v1.customers.retrieve(customer).balance == -500


def test_a_written_off_invoice_can_still_be_paid(shop: Shop) -> None:
    """Source: https://docs.stripe.com/invoicing/integration/workflow-transitions#mark-uncollectible"""
    invoice = shop.v1.invoices.finalize_invoice(draft(shop, shop.customer()).id)
    shop.told()
    gone = shop.v1.invoices.mark_uncollectible(invoice.id)
    assert (gone.status, shop.told()) == ("uncollectible", ["invoice.marked_uncollectible"])
    with pytest.raises(stripe.InvalidRequestError, match="already been marked uncollectible"):
        shop.v1.invoices.mark_uncollectible(invoice.id)
    assert shop.v1.invoices.pay(invoice.id).status == "paid"


def test_nothing_due_is_paid_on_finalization(shop: Shop) -> None:
    """Source: https://docs.stripe.com/invoicing/integration/workflow-transitions"""
    customer = shop.customer(None)
    empty = shop.v1.invoices.create({"customer": customer})
    done = shop.v1.invoices.finalize_invoice(empty.id)
    assert (done.status, done.amount_due) == ("paid", 0)
    small = shop.v1.invoices.finalize_invoice(draft(shop, customer, 30).id)
    assert (small.status, small.ending_balance) == ("paid", 30)
    assert shop.v1.customers.retrieve(customer).balance == 30


def test_drafts_can_be_changed_and_thrown_away_and_little_changes_later(shop: Shop) -> None:
    """Source: https://docs.stripe.com/api/invoices/update"""
    customer = shop.customer()
    invoice = draft(shop, customer)
    given: Any = {"description": "June", "footer": "Thanks", "auto_advance": True}
    changed = shop.v1.invoices.update(invoice.id, given)
    assert (changed.description, changed.footer, changed.auto_advance) == ("June", "Thanks", True)
    shop.v1.invoices.finalize_invoice(invoice.id, {"auto_advance": False})
    shop.v1.invoices.update(invoice.id, {"metadata": {"a": "b"}})
    with pytest.raises(stripe.InvalidRequestError, match="Finalized invoices can't be updated"):
        shop.v1.invoices.update(invoice.id, {"description": "July"})
    pending: Any = {"customer": customer, "amount": 100, "currency": "usd"}
    item = shop.v1.invoice_items.create(pending)
    other = shop.v1.invoices.create(
        {"customer": customer, "pending_invoice_items_behavior": "include"}
    )
    assert other.total == 100
    shop.told()
    assert shop.v1.invoices.delete(other.id).deleted is True
    assert shop.told() == ["invoice.deleted"]
    assert shop.v1.invoice_items.retrieve(item.id).invoice is None


def test_pending_items_wait_until_they_are_asked_for(shop: Shop) -> None:
    """Source: https://docs.stripe.com/api/invoices/create#create_invoice-pending_invoice_items_behavior"""
    customer = shop.customer()
    given: Any = {"customer": customer, "amount": 700, "currency": "usd", "description": "Extra"}
    shop.v1.invoice_items.create(given)
    assert shop.v1.invoices.create({"customer": customer}).total == 0
    taken = shop.v1.invoices.create(
        {"customer": customer, "pending_invoice_items_behavior": "include"}
    )
    assert (taken.total, shop.v1.invoice_items.list({"pending": True}).data) == (700, [])
    shop.v1.invoice_items.create(given | {"amount": 60})
    sub = shop.subscribe(customer, shop.price(1000))
    assert bill(shop.invoices(sub.id)[0])[0] == ("Extra", 60)


def test_lines_are_added_changed_and_removed_while_it_is_a_draft(shop: Shop) -> None:
    """Source: https://docs.stripe.com/api/invoice-line-item/bulk"""
    invoice = draft(shop, shop.customer())
    inline = {"currency": "usd", "product": shop.product, "unit_amount": 700}
    given: Any = {"lines": [{"price_data": inline, "quantity": 2, "description": "Two"}]}
    more = shop.v1.invoices.add_lines(invoice.id, given)
    assert bill(shop.invoice(invoice.id)) == [("Work", 1500), ("Two", 1400)]
    first, second = more.lines.data
    line = shop.v1.invoices.line_items.update(invoice.id, second.id, {"quantity": 3})
    assert (line.amount, shop.invoice(invoice.id)["total"]) == (2100, 3600)
    changes: Any = {"lines": [{"id": first.id, "description": "Labour"}]}
    shop.v1.invoices.update_lines(invoice.id, changes)
    away: Any = {"lines": [{"id": second.id, "behavior": "delete"}]}
    assert shop.v1.invoices.remove_lines(invoice.id, away).total == 1500
    assert [each.description for each in shop.v1.invoices.line_items.list(invoice.id).data] == [
        "Labour"
    ]
    shop.v1.invoices.finalize_invoice(invoice.id)
    refused = shop.account.refused(
        400, "POST", f"/v1/invoices/{invoice.id}/add_lines", "lines[0][amount]=5"
    )
    assert refused["code"] == "invoice_not_editable"


def test_long_invoices_show_ten_lines_and_page_the_rest(shop: Shop) -> None:
    """Source: https://docs.stripe.com/api/invoices/invoice_lines"""
    invoice = shop.v1.invoices.create({"customer": shop.customer()})
    lines = [{"amount": each, "description": str(each)} for each in range(1, 26)]
    given: Any = {"lines": lines}
    shop.v1.invoices.add_lines(invoice.id, given)
    shown = shop.invoice(invoice.id)
    assert (len(shown["lines"]["data"]), shown["lines"]["has_more"]) == (10, True)
    assert shown["total"] == sum(range(1, 26))
    listed = shop.v1.invoices.line_items.list(invoice.id, {"limit": 10})
    assert [each.amount for each in listed.auto_paging_iter()] == list(range(1, 26))


def test_invoices_are_listed_searched_and_their_payments_too(shop: Shop) -> None:
    """Source: https://docs.stripe.com/api/invoice-payment/list"""
    customer = shop.customer()
    first = shop.v1.invoices.pay(draft(shop, customer).id)
    second = draft(shop, customer)

    def ids(**filters: Any) -> list[str]:
        return [each.id for each in shop.v1.invoices.list(filters).data]  # type: ignore[arg-type]  # any filters

    assert ids(customer=customer) == [second.id, first.id]
    assert (ids(status="paid"), ids(status="draft")) == ([first.id], [second.id])
    assert ids(collection_method="send_invoice") == []
    found = shop.v1.invoices.search({"query": f"customer:'{customer}' AND total>1000"})
    assert {each.id for each in found.data} == {first.id, second.id}
    payments = shop.v1.invoice_payments.list({"invoice": first.id})
    assert [(each.status, each.amount_paid) for each in payments.data] == [("paid", 1500)]
    assert shop.v1.invoice_payments.retrieve(payments.data[0].id).invoice == first.id


def test_invoice_items_can_be_changed_until_they_are_billed(shop: Shop) -> None:
    """Source: https://docs.stripe.com/api/invoiceitems"""
    customer = shop.customer()
    invoice = draft(shop, customer)
    item = shop.v1.invoice_items.list({"invoice": invoice.id}).data[0]
    given: Any = {"amount": 900, "description": "Less"}
    changed = shop.v1.invoice_items.update(item.id, given)
    assert (changed.amount, bill(shop.invoice(invoice.id))) == (900, [("Less", 900)])
    priced: Any = {"customer": customer, "pricing": {"price": shop.price(250, None)}, "quantity": 3}
    other = shop.v1.invoice_items.create(priced)
    assert other.amount == 750
    assert shop.account.fetch(f"/v1/invoiceitems/{other.id}")["unit_amount"] == 250
    assert shop.v1.invoice_items.delete(other.id).deleted is True
    shop.v1.invoices.finalize_invoice(invoice.id)
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        shop.v1.invoice_items.delete(item.id)
    assert refusal.value.code == "invoice_not_editable"
    with pytest.raises(stripe.InvalidRequestError, match="One of the following params"):
        shop.v1.invoice_items.create({"customer": customer, "currency": "usd"})


def test_a_payment_made_apart_can_be_attached(shop: Shop) -> None:
    """Source: https://docs.stripe.com/api/invoices/attach_payment"""
    customer = shop.customer()
    invoice = shop.v1.invoices.finalize_invoice(draft(shop, customer).id)
    given: Any = {
        "amount": 1500,
        "currency": "usd",
        "customer": customer,
        "payment_method": "pm_card_visa",
        "confirm": True,
        "return_url": "https://example.com",
    }
    intent = shop.v1.payment_intents.create(given).id
    paid = shop.v1.invoices.attach_payment(invoice.id, {"payment_intent": intent})
    assert paid.status == "paid"
    payments = shop.v1.invoice_payments.list({"invoice": invoice.id}).data
    assert [(each.status, each.is_default) for each in payments] == [
        ("paid", False),
        ("canceled", True),
    ]


def test_an_invoices_addresses_lead_to_its_page_and_its_pdf(shop: Shop) -> None:
    """Source: https://docs.stripe.com/invoicing/hosted-invoice-page"""
    sub = shop.subscribe(shop.customer(name="Ann <b>"), shop.price(1999))
    invoice = shop.invoices(sub.id)[0]
    page = httpx.get(invoice["hosted_invoice_url"])
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert f"Invoice {invoice['number']}" in page.text
    assert "<dd>$19.99</dd>" in page.text
    assert "Ann &lt;b&gt;" in page.text
    pdf = httpx.get(invoice["invoice_pdf"])
    assert pdf.headers["content-type"] == "application/pdf"
    assert pdf.content.startswith(b"%PDF-1.4")
    assert b"$19.99" in pdf.content
    assert int(pdf.content.split()[-2]) == pdf.content.index(b"xref\n0 6")
    other = invoice["hosted_invoice_url"].replace("/test_", "/test_x")
    assert httpx.get(other).status_code == 404


def test_discounts_and_tax_rates_of_drafts_can_change_and_go(shop: Shop) -> None:
    """Source: https://docs.stripe.com/api/invoiceitems/update#update_invoiceitem-discounts"""
    customer, off = shop.customer(), shop.v1.coupons.create({"percent_off": 50})
    vat: Any = {"display_name": "VAT", "inclusive": False, "percentage": 10}
    rate = shop.v1.tax_rates.create(vat).id
    draft = shop.v1.invoices.create({"customer": customer})
    made: Any = {"customer": customer, "invoice": draft.id, "amount": 1000}
    item = shop.v1.invoice_items.create(made).id
    line = shop.v1.invoices.line_items.list(draft.id).data[0].id
    halved: Any = {"discounts": [{"coupon": off.id}]}
    none: Any = {"discounts": "", "default_tax_rates": ""}

    def total() -> int:
        return shop.v1.invoices.retrieve(draft.id).total

    totals = []
    for change in (
        lambda: shop.v1.invoice_items.update(item, halved),
        lambda: shop.v1.invoice_items.update(item, {"discounts": ""}),
        lambda: shop.v1.invoices.line_items.update(draft.id, line, halved),
        lambda: shop.v1.invoices.line_items.update(draft.id, line, {"discounts": ""}),
        lambda: shop.v1.invoices.update(draft.id, halved | {"default_tax_rates": [rate]}),
        lambda: shop.v1.invoices.update(draft.id, none),
    ):
        change()
        totals.append(total())
    assert totals == [500, 1000, 500, 1000, 550, 1000]
