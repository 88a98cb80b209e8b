"""Quotes, from a draft to what they bring. Source: https://docs.stripe.com/quotes/overview"""

from typing import Any

import pytest
import stripe

from tests.local.mirrors.stripe.billing.shop import Shop
from tests.local.mirrors.stripe.client import NOW, Account, plain

DAY = 24 * 60 * 60


@pytest.fixture
def shop(account: Account) -> Shop:
    return Shop(account)


def once(account: Account, amount: int = 5000) -> str:
    """A price that is paid once."""
    form: Any = {"currency": "usd", "unit_amount": amount, "product_data": {"name": "Setup"}}
    return account.client.v1.prices.create(form).id


def open_quote(account: Account, **form: Any) -> Any:
    """A quote that can be accepted."""
    made = account.client.v1.quotes.create(form)  # type: ignore[arg-type]
    return account.client.v1.quotes.finalize_quote(made.id)


def test_a_quote_adds_up_what_is_paid_now_and_later(account: Account, shop: Shop) -> None:
    """Source: https://docs.stripe.com/api/quotes/object#quote_object-computed"""
    monthly = shop.price(2000)
    quote = account.client.v1.quotes.create(
        {
            "customer": shop.customer(),
            "line_items": [{"price": monthly, "quantity": 3}, {"price": once(account)}],
        }
    )
    assert (quote.status, quote.number, quote.expires_at) == ("draft", None, NOW + 30 * DAY)
    assert (quote.amount_subtotal, quote.amount_total, quote.currency) == (11000, 11000, "usd")
    assert quote.computed.recurring is not None
    assert (quote.computed.recurring.amount_total, quote.computed.recurring.interval) == (
        6000,
        "month",
    )
    lines = account.client.v1.quotes.line_items.list(quote.id).data
    assert [(line.quantity, line.amount_total) for line in lines] == [(3, 6000), (1, 5000)]
    trial: Any = {"subscription_data": {"trial_period_days": 7}}
    changed = account.client.v1.quotes.update(quote.id, trial)
    assert changed.amount_total == 5000
    upfront = account.client.v1.quotes.computed_upfront_line_items.list(quote.id).data
    assert [line.amount_total for line in upfront] == [5000]


def test_discounts_and_taxes_count(account: Account, shop: Shop) -> None:
    """Source: https://docs.stripe.com/api/quotes/create"""
    coupon = account.client.v1.coupons.create({"percent_off": 10, "duration": "once"})
    rate = account.client.v1.tax_rates.create(
        {"display_name": "VAT", "percentage": 20, "inclusive": False}
    )
    quote = account.client.v1.quotes.create(
        {
            "customer": shop.customer(),
            "line_items": [{"price": once(account, 1000)}],
            "discounts": [{"coupon": coupon.id}],
            "default_tax_rates": [rate.id],
        }
    )
    assert (quote.amount_subtotal, quote.amount_total) == (1000, 1080)
    details = plain(quote.total_details)
    assert details == {"amount_discount": 100, "amount_shipping": 0, "amount_tax": 180}


def test_an_accepted_quote_becomes_a_subscription(account: Account, shop: Shop) -> None:
    """Source: https://docs.stripe.com/api/quotes/accept"""
    quote = open_quote(
        account,
        customer=shop.customer(),
        line_items=[{"price": shop.price(2000)}, {"price": once(account)}],
        subscription_data={"metadata": {"deal": "7"}},
    )
    assert quote.status == "open"
    assert quote.number.startswith("QT-")
    taken = account.client.v1.quotes.accept(quote.id)
    assert (taken.status, taken.status_transitions.accepted_at) == ("accepted", NOW)
    sub = account.client.v1.subscriptions.retrieve(str(taken.subscription))
    assert (sub.status, plain(sub.metadata)) == ("active", {"deal": "7"})
    invoice = account.client.v1.invoices.retrieve(str(taken.invoice))
    assert (invoice.total, invoice.status) == (7000, "paid")
    types = [event["type"] for event in account.events()]
    for type in ("quote.created", "quote.finalized", "quote.accepted"):
        assert type in types
    assert types.index("customer.subscription.created") < types.index("quote.accepted")


def test_what_is_bought_once_becomes_a_draft_invoice(account: Account, shop: Shop) -> None:
    """Source: https://docs.stripe.com/quotes/overview"""
    quote = open_quote(
        account,
        customer=shop.customer(),
        line_items=[{"price": once(account), "quantity": 2}],
        collection_method="send_invoice",
        invoice_settings={"days_until_due": 14},
    )
    taken = account.client.v1.quotes.accept(quote.id)
    assert taken.subscription is None
    invoice = account.client.v1.invoices.retrieve(str(taken.invoice))
    assert (invoice.status, invoice.total) == ("draft", 10000)
    sent = account.client.v1.invoices.finalize_invoice(invoice.id)
    assert sent.due_date == NOW + 14 * DAY


def test_a_later_start_becomes_a_schedule(account: Account, shop: Shop) -> None:
    """Source: https://docs.stripe.com/api/quotes/create#create_quote-subscription_data"""
    quote = open_quote(
        account,
        customer=shop.customer(),
        line_items=[{"price": shop.price(2000)}],
        subscription_data={"effective_date": NOW + 10 * DAY},
    )
    taken = account.client.v1.quotes.accept(quote.id)
    assert (taken.subscription, taken.amount_total) == (None, 0)
    account.advance("11 days")
    schedule = account.client.v1.subscription_schedules.retrieve(str(taken.subscription_schedule))
    assert schedule.status == "active"
    sub = account.client.v1.subscriptions.retrieve(str(schedule.subscription))
    assert sub.start_date == NOW + 10 * DAY


def test_a_quote_is_cloned_and_changed_while_it_is_a_draft(account: Account, shop: Shop) -> None:
    """Source: https://docs.stripe.com/quotes/clone"""
    quote = open_quote(account, customer=shop.customer(), line_items=[{"price": once(account)}])
    quotes = account.client.v1.quotes
    with pytest.raises(stripe.InvalidRequestError, match="status of `open`"):
        quotes.update(quote.id, {"description": "no"})
    again = quotes.create({"from_quote": {"quote": quote.id, "is_revision": True}})
    assert (again.status, again.amount_total) == ("draft", 5000)
    assert plain(again.from_quote) == {"is_revision": True, "quote": quote.id}
    (line,) = quotes.line_items.list(again.id).data
    changed = quotes.update(again.id, {"line_items": [{"id": line.id, "quantity": 4}]})
    assert changed.amount_total == 20000
    assert quotes.retrieve(quote.id).amount_total == 5000


def test_a_quote_is_taken_back_or_runs_out(account: Account, shop: Shop) -> None:
    """Source: https://docs.stripe.com/api/quotes/cancel"""
    customer, price = shop.customer(), once(account)
    first = open_quote(account, customer=customer, line_items=[{"price": price}])
    second = open_quote(account, customer=customer, line_items=[{"price": price}])
    assert first.number != second.number
    assert account.client.v1.quotes.cancel(first.id).status == "canceled"
    with pytest.raises(stripe.InvalidRequestError, match="status of `canceled`"):
        account.client.v1.quotes.accept(first.id)
    account.advance("31 days")
    assert account.client.v1.quotes.retrieve(second.id).status == "canceled"
    assert len(account.client.v1.quotes.list({"status": "canceled"}).data) == 2


def test_a_quote_has_a_pdf_once_it_is_final(account: Account, shop: Shop) -> None:
    """Source: https://docs.stripe.com/api/quotes/pdf"""
    quote = open_quote(
        account, customer=shop.customer(), line_items=[{"price": once(account)}], header="Hello"
    )
    pdf = account.client.v1.quotes.pdf(quote.id).io.read()
    assert pdf.startswith(b"%PDF-")
    assert quote.number.encode() in pdf
    draft = account.client.v1.quotes.create({"line_items": [{"price": once(account)}]})
    account.refused(400, "GET", f"/v1/quotes/{draft.id}/pdf")


def test_what_makes_no_offer_is_refused(account: Account, shop: Shop) -> None:
    """Source: https://docs.stripe.com/api/quotes/create"""
    empty = account.client.v1.quotes.create({})
    told = account.refused(400, "POST", f"/v1/quotes/{empty.id}/finalize")
    assert "without line items" in told["message"]
    nobody = open_quote(account, line_items=[{"price": once(account)}])
    told = account.refused(400, "POST", f"/v1/quotes/{nobody.id}/accept")
    assert "without a customer" in told["message"]
    form = f"line_items[0][price]={shop.price(2000)}&application_fee_amount=1"
    assert account.refused(400, "POST", "/v1/quotes", form)["param"] == "application_fee_amount"
    form = f"expires_at={NOW - 1}"
    assert account.refused(400, "POST", "/v1/quotes", form)["param"] == "expires_at"
    assert account.refused(404, "GET", "/v1/quotes/qt_none")["code"] == "resource_missing"
