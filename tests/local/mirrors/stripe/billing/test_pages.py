"""The customer portal, and invoices where they are paid, as customers meet them.

Source: https://docs.stripe.com/customer-management
"""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.local.mirrors.stripe.billing.shop import Shop
from tests.local.mirrors.stripe.client import Account, plain
from tests.local.mirrors.stripe.visitor import DECLINED, SECURE, Visitor, card

BACK = "http://shop.localhost:9/account"


@pytest.fixture
def shop(open_account: Callable[..., Account]) -> Shop:
    return Shop(open_account())


def portal(shop: Shop, customer: str, **more: Any) -> Visitor:
    """Open the portal of a customer."""
    form: Any = {"customer": customer, "return_url": BACK} | more
    return Visitor(shop.v1.billing_portal.sessions.create(form).url)


def configured(shop: Shop, **features: Any) -> str:
    return shop.v1.billing_portal.configurations.create({"features": features}).id  # type: ignore[typeddict-item]  # as given


def test_a_plan_is_canceled_and_kept(shop: Shop) -> None:
    """Source: https://docs.stripe.com/customer-management/cancellation-page"""
    customer = shop.customer(name="Ann")
    sub = shop.subscribe(customer, shop.price(1999)).id
    page = portal(shop, customer)
    assert "$19.99 per month" in page.text
    assert page.links["← Return to Test shop"] == BACK
    page.open(f"{page.answer.url}?at=cancel&subscription={sub}").press("cancel")
    assert "Your plan has been canceled." in page.text
    left = shop.v1.subscriptions.retrieve(sub)
    assert left.cancel_at == left["items"].data[0].current_period_end
    assert "customer.subscription.updated" in shop.account.types()
    page.press("keep")
    assert shop.v1.subscriptions.retrieve(sub).cancel_at is None


def test_a_configuration_says_how_a_plan_ends(shop: Shop) -> None:
    """Source: https://docs.stripe.com/api/customer_portal/configurations/create#create_portal_configuration-features-subscription_cancel"""
    customer = shop.customer()
    sub = shop.subscribe(customer, shop.price(900)).id
    reasons = {"enabled": True, "options": ["unused", "too_expensive"]}
    cancel = {"enabled": True, "mode": "immediately", "cancellation_reason": reasons}
    page = portal(shop, customer, configuration=configured(shop, subscription_cancel=cancel))
    page.open(f"{page.answer.url}?at=cancel&subscription={sub}")
    assert "Your plan ends now." in page.text
    assert "Choose one of the reasons." in page.press("cancel", feedback="bored").text
    page.press("cancel", feedback="unused", comment="Bye")
    ended = shop.v1.subscriptions.retrieve(sub)
    assert ended.status == "canceled"
    details = plain(ended.cancellation_details)
    assert (details["feedback"], details["comment"]) == ("unused", "Bye")


def test_only_what_the_configuration_allows_is_done(shop: Shop) -> None:
    """Source: https://docs.stripe.com/customer-management/configure-portal"""
    customer = shop.customer()
    sub = shop.subscribe(customer, shop.price(900)).id
    nothing = configured(shop, invoice_history={"enabled": False})
    page = portal(shop, customer, configuration=nothing)
    assert "Cancel plan" not in page.text
    page.open(f"{page.answer.url}?at=cancel&subscription={sub}")
    assert "This portal doesn't offer that." in page.press("cancel").text
    other = portal(shop, shop.customer())
    other.open(f"{other.answer.url}?at=cancel&subscription={sub}")
    assert other.forms == []
    assert shop.v1.subscriptions.retrieve(sub).cancel_at is None


def test_a_plan_is_changed_for_another_that_is_offered(shop: Shop) -> None:
    """Source: https://docs.stripe.com/customer-management/configure-portal"""
    customer, basic = shop.customer(), shop.price(1000)
    better, hidden = shop.price(3000), shop.price(1)
    product = shop.v1.prices.retrieve(better).product
    sub = shop.subscribe(customer, basic).id
    update = {
        "enabled": True,
        "default_allowed_updates": ["price", "quantity"],
        "products": [{"product": product, "prices": [better]}],
        "proration_behavior": "always_invoice",
    }
    page = portal(shop, customer, configuration=configured(shop, subscription_update=update))
    start = str(page.answer.url)
    page.open(f"{start}?at=update&subscription={sub}").press(price=better, quantity="2")
    assert "$30.00 per month \u00d7 2" in page.text
    page.press("confirm")
    assert "Your plan has been changed." in page.text
    item = shop.v1.subscriptions.retrieve(sub)["items"].data[0]
    assert (item.price.id, item.quantity) == (better, 2)
    page.open(f"{start}?at=confirm&subscription={sub}&price={hidden}")
    assert "Choose one of the plans." in page.press("confirm").text
    assert page.answer.status_code == 402


def test_cards_are_added_preferred_and_removed(shop: Shop) -> None:
    """Source: https://docs.stripe.com/customer-management"""
    customer = shop.customer()
    before = shop.v1.customers.retrieve(customer).invoice_settings
    page = portal(shop, customer)
    start = str(page.answer.url)
    page.open(f"{start}?at=method").press("method", **card(DECLINED))
    assert "Your card was declined." in page.text
    page.press("method", **card("5555555555554444"))
    assert "Your payment method has been added." in page.text
    settings = shop.v1.customers.retrieve(customer).invoice_settings
    assert settings is not None
    assert settings != before
    other = next(form for form in page.forms if form.fields["do"] == "prefer")
    old = other.fields["id"]
    page.send(other)
    settings = shop.v1.customers.retrieve(customer).invoice_settings
    assert settings is not None
    assert settings.default_payment_method == old
    page.send(next(form for form in page.forms if form.fields["do"] == "remove"))
    assert len(shop.v1.customers.payment_methods.list(customer).data) == 1


def test_details_are_changed_as_far_as_allowed(shop: Shop) -> None:
    """Source: https://docs.stripe.com/api/customer_portal/configurations/create#create_portal_configuration-features-customer_update"""
    customer = shop.customer(email="a@b.co", name="Ann")
    page = portal(shop, customer)
    page.open(f"{page.answer.url}?at=details")
    assert "Your email is invalid." in page.press("details", email="nobody").text
    page.press("details", email="ann@acme.com", name="Mallory")
    found = shop.v1.customers.retrieve(customer)
    assert (found.email, found.name) == ("ann@acme.com", "Ann")


def test_a_flow_begins_at_its_step_and_leads_back(shop: Shop) -> None:
    """Source: https://docs.stripe.com/customer-management/portal-deep-links"""
    customer = shop.customer()
    sub = shop.subscribe(customer, shop.price(900)).id
    after = {"type": "redirect", "redirect": {"return_url": f"{BACK}?canceled"}}
    flow = {"type": "subscription_cancel", "subscription_cancel": {"subscription": sub}}
    page = portal(shop, customer, flow_data=flow | {"after_completion": after})
    assert "Cancel your plan" in page.text
    assert page.press("cancel").left_for == f"{BACK}?canceled"
    better = shop.price(5000)
    other = shop.subscribe(customer, shop.price(700))
    update = {
        "enabled": True, "default_allowed_updates": ["price"], "proration_behavior": "none",
        "products": [{"product": shop.v1.prices.retrieve(better).product, "prices": [better]}],
    }  # fmt: skip
    item = {"id": other["items"].data[0].id, "price": better}
    flow = {"type": "subscription_update_confirm", "subscription_update_confirm": {
        "subscription": other.id, "items": [item]}}  # fmt: skip
    thanks = {"type": "hosted_confirmation", "hosted_confirmation": {"custom_message": "Enjoy."}}
    page = portal(
        shop, customer, flow_data=flow | {"after_completion": thanks},
        configuration=configured(shop, subscription_update=update),
    )  # fmt: skip
    assert "Enjoy." in page.press("confirm").text
    assert shop.v1.subscriptions.retrieve(other.id)["items"].data[0].price.id == better


def test_customers_log_in_with_their_email(shop: Shop) -> None:
    """Source: https://docs.stripe.com/customer-management/activate-no-code-customer-portal

    Divergence: Stripe sends a link by mail; here it is followed at once.
    """
    shop.customer(email="ann@acme.com")
    made = shop.v1.billing_portal.configurations.create(
        {"features": {"invoice_history": {"enabled": True}}, "login_page": {"enabled": True}}
    )
    assert made.login_page.url is not None
    page = Visitor(made.login_page.url)
    assert "There is no customer with this email." in page.press(email="x@y.co").text
    assert "ann@acme.com" in page.press(email="ann@acme.com").text


def test_the_portal_is_only_its_own(shop: Shop) -> None:
    """Ours: no other page can act for a customer."""
    customer = shop.customer()
    sub = shop.subscribe(customer, shop.price(900)).id
    page = portal(shop, customer)
    url = str(page.answer.url)
    page.open(f"{url}?at=cancel&subscription={sub}")
    form = page.forms[0].fields
    for headers, sent in (
        ({"origin": "http://localhost:3000"}, form),
        ({"sec-fetch-site": "same-site"}, form),
        ({}, form | {"seal": "x"}),
    ):
        answer = httpx.post(str(page.answer.url), data=sent, headers=headers)
        assert "out of date" in answer.text
    assert httpx.get(f"{url}x").status_code == 404
    assert shop.v1.subscriptions.retrieve(sub).cancel_at is None


def test_an_open_invoice_is_paid_on_its_page(shop: Shop) -> None:
    """Source: https://docs.stripe.com/invoicing/hosted-invoice-page"""
    customer = shop.v1.customers.create({"name": "Ann", "email": "ann@acme.com"}).id
    items: Any = {"customer": customer, "amount": 1500, "currency": "usd", "description": "Work"}
    shop.v1.invoice_items.create(items)
    made = shop.v1.invoices.create(
        {"customer": customer, "collection_method": "send_invoice", "days_until_due": 30,
         "pending_invoice_items_behavior": "include"}
    )  # fmt: skip
    sent = shop.v1.invoices.finalize_invoice(made.id)
    page = Visitor(str(sent.hosted_invoice_url))
    assert "$15.00 due" in page.text
    assert "Your card number is incomplete." in page.press(**card("")).text
    assert "Your card was declined." in page.press(**card(DECLINED)).text
    assert "invoice.payment_failed" in shop.account.types()
    page.press(**card(SECURE))
    assert "3D Secure" in page.text
    assert "unable to authenticate" in page.press("fail").text
    page.press(**card(SECURE)).press("complete")
    assert "Invoice paid" in page.text
    assert shop.v1.invoices.retrieve(made.id).status == "paid"
    assert "invoice.paid" in shop.account.types()
    assert "Receipt from Test shop" in page.open(page.links["View receipt"]).text


def test_a_credit_note_is_downloaded(shop: Shop) -> None:
    """Source: https://docs.stripe.com/api/credit_notes/object#credit_note_object-pdf"""
    sub = shop.subscribe(shop.customer(), shop.price(1999))
    invoice = shop.invoices(sub.id)[0]
    form: Any = {"invoice": invoice["id"], "amount": 500, "refund_amount": 500}
    note = shop.v1.credit_notes.create(form)
    answer = httpx.get(note.pdf)
    assert answer.content.startswith(b"%PDF-1.4")
    assert b"$5.00" in answer.content
    assert httpx.get(note.pdf.replace("/test_", "/test_x")).status_code == 404
