"""A person pays on Stripe's pages, and the app is told."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.page.shop import Shop, trading
from tests.page.world import Place

if TYPE_CHECKING:
    from playwright.sync_api import Page

Browse = Callable[..., "Page"]


@pytest.fixture(scope="module")
def shop(start: Callable[..., Place]) -> Iterator[Shop]:
    place = start("stripe")
    with trading() as shop:
        shop.serve_with(place.mirrors["stripe"]["env"])
        yield shop
    place.end()


def fill(page: "Page", number: str) -> None:
    """Type what a payer types."""
    page.get_by_label("Email").fill("jenny@acme.com")
    page.get_by_label("Card number").fill(number)
    page.get_by_label("Expiration date").fill("12 / 34")
    page.get_by_label("Security code").fill("123")
    page.get_by_role("button", name="Pay $20.00").click()


@pytest.mark.parametrize("javascript", [True, False])
def test_a_good_card_pays_and_the_app_is_told(shop: Shop, browse: Browse, javascript: bool) -> None:
    page = browse(shop.url, java_script_enabled=javascript)
    page.get_by_role("button", name="Buy").click()
    page.wait_for_url("**/c/pay/**")
    assert "Tea" in page.inner_text("main")
    fill(page, "4242 4242 4242 4242")
    page.wait_for_url("**/thanks?session=cs_test_*")
    assert page.inner_text("h1") == "Thanks"
    shop.wait_for("checkout.session.completed")


def test_a_declined_card_stays_and_another_pays(shop: Shop, browse: Browse) -> None:
    page = browse(shop.checkout(), quiet=False)
    fill(page, "4000000000000002")
    assert page.get_by_role("alert").inner_text() == "Your card was declined."
    shop.wait_for("payment_intent.payment_failed")
    fill(page, "4242424242424242")
    page.wait_for_url("**/thanks?session=*")
    shop.wait_for("checkout.session.completed")


@pytest.mark.parametrize("number", ["4000002500003155", "4000000000003220"])
def test_the_bank_asks_and_is_answered(shop: Shop, browse: Browse, number: str) -> None:
    page = browse(shop.checkout())
    fill(page, number)
    page.get_by_role("button", name="Fail").click()
    assert "unable to authenticate" in page.get_by_role("alert").inner_text()
    fill(page, number)
    page.get_by_role("button", name="Complete").click()
    page.wait_for_url("**/thanks?session=*")
    shop.wait_for("checkout.session.completed")


def test_the_way_back_leads_to_the_shop(shop: Shop, browse: Browse) -> None:
    page = browse(shop.checkout())
    page.get_by_role("link", name="Back to").click()
    page.wait_for_url(f"{shop.url}/")


def test_the_enter_key_pays(shop: Shop, browse: Browse) -> None:
    page = browse(shop.checkout())
    page.get_by_label("Email").fill("jenny@acme.com")
    page.get_by_label("Card number").fill("4242424242424242")
    page.get_by_label("Expiration date").fill("1234")
    page.get_by_label("Security code").fill("123")
    page.get_by_label("Security code").press("Enter")
    page.wait_for_url("**/thanks?session=*")


PLAN: Any = {"currency": "usd", "unit_amount": 900, "recurring": {"interval": "month"},
             "product_data": {"name": "Pro"}}  # fmt: skip


def pages_of(shop: Shop) -> dict[str, str]:
    """The addresses of every kind of page."""
    v1, back = shop.client.v1, f"{shop.url}/back"
    customer = v1.customers.create(
        {"email": "ann@acme.com", "payment_method": "pm_card_visa",
         "invoice_settings": {"default_payment_method": "pm_card_visa"}}
    )  # fmt: skip
    price = v1.prices.create(PLAN).id
    v1.subscriptions.create({"customer": customer.id, "items": [{"price": price}]})
    charge = v1.charges.list({"customer": customer.id}).data[0]
    invoice = v1.invoices.list({"customer": customer.id}).data[0]
    secure: Any = {"amount": 500, "currency": "usd", "confirm": True, "return_url": back,
                   "payment_method": "pm_card_threeDSecure2Required"}  # fmt: skip
    action: Any = v1.payment_intents.create(secure).next_action
    account = v1.accounts.create({"type": "standard"}).id
    onboarding: Any = {"account": account, "type": "account_onboarding", "return_url": back,
                       "refresh_url": back}  # fmt: skip
    portal = v1.billing_portal.sessions.create({"customer": customer.id, "return_url": back}).url
    everything: Any = {
        "mode": "subscription", "success_url": back, "cancel_url": back,
        "line_items": [{"price": price, "quantity": 1}], "allow_promotion_codes": True,
        "phone_number_collection": {"enabled": True}, "billing_address_collection": "required",
        "consent_collection": {"terms_of_service": "required"},
        "allowed_payment_method_types": ["card", "us_bank_account", "sepa_debit"],
    }  # fmt: skip
    return {
        "checkout": str(v1.checkout.sessions.create(everything).url),
        "challenge": str(action["redirect_to_url"]["url"]),
        "invoice": str(invoice.hosted_invoice_url),
        "receipt": str(charge.receipt_url),
        "portal": portal,
        "adding a card": f"{portal}?at=method",
        "onboarding": v1.account_links.create(onboarding).url,
        "nowhere": f"{charge.receipt_url!s}x",
    }


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_in_the_way_of_people(
    shop: Shop, browse: Browse, axe: Callable[["Page"], list[str]], scheme: str
) -> None:
    wrong = {}
    pages = pages_of(shop)
    shown = pages if scheme == "light" else {name: pages[name] for name in ("checkout", "portal")}
    for name, url in shown.items():
        page = browse(url, quiet=False, color_scheme=scheme)
        if found := axe(page):
            wrong[name] = found
        page.set_viewport_size({"width": 360, "height": 800})
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 360, (name, wide)
    assert wrong == {}
