"""`automatic_tax`: what is sold through Checkout, links, invoices, subscriptions and quotes."""

from typing import Any

import pytest
import stripe

from tests.local.mirrors.stripe.catalogue.test_tax import AUSTIN, set_up
from tests.local.mirrors.stripe.client import Account, plain


def price(account: Account, **more: Any) -> str:
    """Make a price of 20.00."""
    product = account.client.v1.products.create({"name": "Pen"}).id
    form: Any = {"currency": "usd", "unit_amount": 2000, "product": product, **more}
    return account.client.v1.prices.create(form).id


def opened(account: Account, price: str, **more: Any) -> Any:
    """Open a Checkout session with automatic tax."""
    form: Any = {
        "mode": "payment",
        "line_items": [{"price": price, "quantity": 1}],
        "success_url": "https://acme.com",
        "automatic_tax": {"enabled": True},
        **more,
    }
    return account.client.v1.checkout.sessions.create(form)


def test_checkout_adds_the_tax_of_the_address_that_is_entered(account: Account) -> None:
    """Source: https://docs.stripe.com/tax/checkout"""
    set_up(account, "US-CA")
    rate: Any = {"display_name": "Mail", "type": "fixed_amount"}
    rate["fixed_amount"] = {"amount": 500, "currency": "usd"}
    session = opened(account, price(account), shipping_options=[{"shipping_rate_data": rate}])
    assert plain(session)["automatic_tax"] == {
        "enabled": True,
        "liability": {"type": "self"},
        "provider": "stripe",
        "status": "requires_location_inputs",
    }
    assert (session.amount_total, session.total_details.amount_tax) == (2500, 0)
    account.simulate("checkout.session.completed", session=session.id)
    done = account.client.v1.checkout.sessions.retrieve(session.id, {"expand": ["line_items"]})
    assert done.automatic_tax.status == "complete"
    assert (done.amount_subtotal, done.amount_total) == (2000, 2645)
    assert done.total_details
    assert done.total_details.amount_tax == 145
    assert done.line_items
    assert done.line_items.data[0].amount_tax == 145
    intent = account.client.v1.payment_intents.retrieve(str(done.payment_intent))
    assert intent.amount_received == 2645
    inside = opened(account, price(account, tax_behavior="inclusive"))
    account.simulate("checkout.session.completed", session=inside.id)
    kept = account.client.v1.checkout.sessions.retrieve(inside.id)
    assert (kept.amount_total, kept.total_details and kept.total_details.amount_tax) == (2000, 135)


def test_checkout_wants_an_address_of_a_customer_it_may_not_change(account: Account) -> None:
    """Source: https://docs.stripe.com/tax/checkout#existing-customers"""
    set_up(account, "US-TX", "US-CA")
    nowhere = account.client.v1.customers.create({"name": "Ada"}).id
    recurring = price(account, recurring={"interval": "month"})
    with pytest.raises(stripe.InvalidRequestError, match="requires a valid address on the"):
        opened(account, recurring, customer=nowhere, mode="subscription")
    session = opened(
        account,
        recurring,
        customer=nowhere,
        mode="subscription",
        customer_update={"address": "auto"},
    )
    account.simulate("checkout.session.completed", session=session.id)
    done = account.client.v1.checkout.sessions.retrieve(session.id, {"expand": ["invoice"]})
    invoice = plain(done)["invoice"]
    assert (invoice["total"], invoice["automatic_tax"]["status"]) == (2145, "complete")
    assert done.amount_total == 2145
    address: Any = AUSTIN
    there = account.client.v1.customers.create({"address": address}).id
    known = opened(account, price(account), customer=there)
    assert (known.automatic_tax.status, known.amount_total) == ("complete", 2125)
    link = account.client.v1.payment_links.create(
        {
            "line_items": [{"price": price(account), "quantity": 1}],
            "automatic_tax": {"enabled": True},
        }
    )
    account.simulate("checkout.session.completed", paymentLink=link.id)
    sold = account.client.v1.checkout.sessions.list({"payment_link": link.id}).data[0]
    assert sold.amount_total == 2145


def test_invoices_and_subscriptions_are_taxed_and_previewed_alike(account: Account) -> None:
    """Source: https://docs.stripe.com/tax/subscriptions"""
    set_up(account, "US-TX")
    client = account.client.v1
    address: Any = AUSTIN
    ada = client.customers.create({"address": address, "payment_method": "pm_card_visa"})
    method = client.payment_methods.list({"customer": ada.id}).data[0].id
    recurring = price(account, recurring={"interval": "month"})
    items: Any = [{"price": recurring}]
    preview = client.invoices.create_preview(
        {
            "customer": ada.id,
            "automatic_tax": {"enabled": True},
            "subscription_details": {"items": items},
        }
    )
    sub = client.subscriptions.create(
        {
            "customer": ada.id,
            "items": items,
            "automatic_tax": {"enabled": True},
            "default_payment_method": method,
            "expand": ["latest_invoice"],
        }
    )
    bill = plain(sub)["latest_invoice"]
    assert (preview.total, bill["total"], bill["status"]) == (2125, 2125, "paid")
    (row,) = bill["total_taxes"]
    rate = client.tax_rates.retrieve(row["tax_rate_details"]["tax_rate"])
    assert (rate.active, rate.percentage, rate.state) == (False, 6.25, "TX")
    upcoming = client.invoices.create_preview({"subscription": sub.id})
    assert upcoming.total == 2125
    draft = client.invoices.create({"customer": ada.id, "automatic_tax": {"enabled": True}})
    client.invoice_items.create({"customer": ada.id, "invoice": draft.id, "amount": 1063,
                                 "currency": "usd", "tax_behavior": "inclusive"})  # fmt: skip
    draft = client.invoices.retrieve(draft.id)
    assert (draft.total, draft.total_excluding_tax) == (1063, 1000)
    exempt = client.customers.update(ada.id, {"tax_exempt": "exempt"})
    final = client.invoices.finalize_invoice(draft.id)
    assert exempt.tax_exempt == "exempt"
    (row,) = plain(final)["total_taxes"]
    assert (row["amount"], row["taxability_reason"]) == (0, "customer_exempt")


def test_an_invoice_to_nobody_knows_where_is_not_finalized(account: Account) -> None:
    """Source: https://docs.stripe.com/tax/customer-locations#finalizing-invoices-with-finalization-failures

    Divergence: The request that finalizes it answers 400 with the same error.
    """
    set_up(account, "US-TX")
    client = account.client.v1
    ada = client.customers.create({"name": "Ada"}).id
    draft = client.invoices.create({"customer": ada, "automatic_tax": {"enabled": True}})
    assert draft.automatic_tax.status == "requires_location_inputs"
    with pytest.raises(stripe.InvalidRequestError) as told:
        client.invoices.finalize_invoice(draft.id)
    assert told.value.code == "customer_tax_location_invalid"
    kept = client.invoices.retrieve(draft.id)
    assert kept.status == "draft"
    assert kept.last_finalization_error
    assert kept.last_finalization_error.code == "customer_tax_location_invalid"
    assert "invoice.finalization_failed" in account.types()
    address: Any = AUSTIN
    client.customers.update(ada, {"address": address})
    assert client.invoices.finalize_invoice(draft.id).automatic_tax.status == "complete"


def test_a_subscription_to_nobody_knows_where_goes_on_without_tax(account: Account) -> None:
    """Source: https://docs.stripe.com/tax/customer-locations"""
    set_up(account, "US-TX")
    client = account.client.v1
    address: Any = AUSTIN
    ada = client.customers.create({"address": address, "payment_method": "pm_card_visa"}).id
    method = client.payment_methods.list({"customer": ada}).data[0].id
    recurring = price(account, recurring={"interval": "month"})
    form: Any = {
        "customer": ada,
        "items": [{"price": recurring}],
        "automatic_tax": {"enabled": True},
        "default_payment_method": method,
    }
    sub = client.subscriptions.create(form)
    with pytest.raises(stripe.InvalidRequestError, match="location isn't recognized"):
        client.customers.update(ada, {"address": {"country": "US"}})
    later: Any = {"address": {"country": "US"}, "tax": {"validate_location": "deferred"}}
    client.customers.update(ada, later)
    account.advance("32d")
    bill = client.invoices.list({"subscription": sub.id}).data[0]
    assert (bill.status, bill.total) == ("paid", 2000)
    assert bill.automatic_tax.disabled_reason == "finalization_requires_location_inputs"
    kept = client.subscriptions.retrieve(sub.id).automatic_tax
    assert (kept.enabled, kept.disabled_reason) == (False, "requires_location_inputs")
    with pytest.raises(stripe.InvalidRequestError, match="location isn't recognized"):
        client.subscriptions.create(form)


def test_a_quote_tells_its_tax_and_hands_it_on(account: Account) -> None:
    """Source: https://docs.stripe.com/api/quotes/object#quote_object-automatic_tax"""
    set_up(account, "US-TX")
    client = account.client.v1
    address: Any = AUSTIN
    ada = client.customers.create({"address": address, "payment_method": "pm_card_visa"}).id
    quote = client.quotes.create(
        {
            "customer": ada,
            "line_items": [{"price": price(account)}],
            "automatic_tax": {"enabled": True},
        }
    )
    assert (quote.automatic_tax.status, quote.amount_total) == ("complete", 2125)
    client.quotes.finalize_quote(quote.id)
    accepted = client.quotes.accept(quote.id)
    assert client.invoices.retrieve(str(accepted.invoice)).total == 2125
