"""Checkout's page and payment links, as customers meet them.

Source: https://docs.stripe.com/payments/checkout/how-checkout-works
"""

from typing import Any

import httpx
import pytest

from tests.local.mirrors.stripe.client import OLD, Account, plain
from tests.local.mirrors.stripe.visitor import DECLINED, SECURE, Visitor, card

BACK = "http://shop.localhost:9/ok?s={CHECKOUT_SESSION_ID}"


def item(amount: int = 2500, **more: Any) -> Any:
    recurring = more.pop("recurring", None)
    price: Any = {"currency": "usd", "unit_amount": amount, "product_data": {"name": "Tee"}}
    if recurring:
        price["recurring"] = {"interval": recurring}
    return {"price_data": price, "quantity": 1, **more}


def opened(account: Account, mode: str = "payment", **more: Any) -> Any:
    data: Any = {"mode": mode, "success_url": BACK, "cancel_url": "http://shop.localhost:9/no"}
    if mode != "setup":
        data["line_items"] = [item(recurring="month" if mode == "subscription" else None)]
    return account.client.v1.checkout.sessions.create(data | more)


def read(account: Account, id: str) -> Any:
    return account.fetch(f"/v1/checkout/sessions/{id}", OLD)


def test_a_good_card_pays_and_leads_back_to_the_shop(account: Account) -> None:
    """Source: https://docs.stripe.com/payments/checkout/custom-success-page"""
    session = opened(account)
    page = Visitor(session.url)
    assert "Tee" in page.text
    assert page.text.count("$25.00") >= 3
    page.press("pay", **card())
    assert page.left_for == f"http://shop.localhost:9/ok?s={session.id}"
    done = read(account, session.id)
    assert (done["status"], done["payment_status"]) == ("complete", "paid")
    assert done["customer_details"]["email"] == "jenny@acme.com"
    assert done["customer_details"]["address"]["postal_code"] == "94107"
    assert account.types()[-1] == "checkout.session.completed"
    again = Visitor(session.url)
    assert "complete" in again.text
    assert again.forms == []


def test_a_declined_card_stays_on_the_page_with_the_banks_words(account: Account) -> None:
    """Source: https://docs.stripe.com/testing#declined-payments"""
    session = opened(account)
    page = Visitor(session.url).press("pay", **card(DECLINED))
    assert "Your card was declined." in page.text
    assert page.forms[0].fields["cvc"] == ""
    assert read(account, session.id)["status"] == "open"
    assert "payment_intent.payment_failed" in account.types()
    assert page.press("pay", **card()).left_for
    assert read(account, session.id)["status"] == "complete"


@pytest.mark.parametrize("mode", ["payment", "subscription", "setup"])
def test_the_bank_is_asked_on_a_page_of_its_own(account: Account, mode: str) -> None:
    """Source: https://docs.stripe.com/testing#regulatory-cards"""
    more: Any = {"currency": "usd"} if mode == "setup" else {}
    session = opened(account, mode, **more)
    page = Visitor(session.url).press("pay", **card(SECURE))
    assert "3D Secure" in page.text
    assert read(account, session.id)["status"] == "open"
    page.press("fail")
    assert "We are unable to authenticate your payment method." in page.text
    assert read(account, session.id)["status"] == "open"
    page.press("pay", **card(SECURE)).press("complete")
    assert page.left_for == f"http://shop.localhost:9/ok?s={session.id}"
    done = read(account, session.id)
    paid = "no_payment_required" if mode == "setup" else "paid"
    assert (done["status"], done["payment_status"]) == ("complete", paid)
    assert account.types().count("checkout.session.completed") == 1


def test_a_subscription_whose_card_is_declined_leaves_no_trace(account: Account) -> None:
    """Source: https://docs.stripe.com/payments/checkout/how-checkout-works"""
    session = opened(account, "subscription")
    page = Visitor(session.url)
    assert "per month" in page.text
    page.press("pay", **card(DECLINED))
    assert page.answer.status_code == 402
    assert "Your card was declined." in page.text
    assert page.forms[0].fields["email"] == "jenny@acme.com"
    assert account.client.v1.customers.list().data == []
    assert page.press("pay", **card()).left_for
    assert account.client.v1.subscriptions.list().data[0].status == "active"


def test_a_trial_is_told_and_started(account: Account) -> None:
    """Source: https://docs.stripe.com/payments/checkout/free-trials"""
    session = opened(account, "subscription", subscription_data={"trial_period_days": 7})
    page = Visitor(session.url)
    assert "7 days free" in page.text
    assert "Then $25.00 per month" in page.text
    page.press("pay", **card())
    assert account.client.v1.subscriptions.list().data[0].status == "trialing"


def test_what_is_missing_is_said_beside_its_field(account: Account) -> None:
    """Ours: the words follow Stripe's page as far as its errors are documented."""
    session = opened(account)
    page = Visitor(session.url)
    for typed, said in (
        (card(email=""), "Your email is incomplete."),
        (card(email="nobody"), "Your email is invalid."),
        (card("4242"), "Your card number is incomplete."),
        (card("4242424242424241"), "Your card number is incorrect."),
        (card(expiry="soon"), "Your card's expiration date is incomplete."),
        (card(expiry="01/20"), "Your card's expiration year is invalid."),
        (card(cvc=""), "Your card's security code is incomplete."),
        (card("5105105105105105"), "declined"),
    ):
        page.press("pay", **typed)
        assert said in page.text, page.text
        assert 'aria-invalid="true"' in page.answer.text
    assert read(account, session.id)["payment_intent"] is None
    assert account.client.v1.payment_methods.list().data == []


def test_an_order_is_changed_before_it_is_paid(account: Account) -> None:
    """Source: https://docs.stripe.com/payments/checkout/adjustable-quantity,
    https://docs.stripe.com/payments/checkout/discounts and
    https://docs.stripe.com/payments/during-payment/charge-shipping
    """
    client = account.client.v1
    coupon = client.coupons.create({"percent_off": 20}).id
    made: Any = {"promotion": {"type": "coupon", "coupon": coupon}, "code": "FALL20"}
    client.promotion_codes.create(made)
    rates = [
        {"shipping_rate_data": {"type": "fixed_amount", "display_name": name,
         "fixed_amount": {"amount": amount, "currency": "usd"}}}
        for name, amount in (("Ground", 500), ("Express", 1500))
    ]  # fmt: skip
    session = opened(
        account,
        line_items=[item(adjustable_quantity={"enabled": True, "minimum": 1, "maximum": 5})],
        allow_promotion_codes=True,
        shipping_options=rates,
    )
    page = Visitor(session.url)
    assert "Total due $30.00" in page.text
    line = next(name for name in page.forms[0].fields if name.startswith("quantity_"))
    page.press("amounts", **{line: "2"})
    assert "Total due $55.00" in page.text
    page.press("amounts", **{line: "9"})
    assert "The quantity must be from 1 to 5." in page.text
    page.press("code", **{line: "2", "promotion_code": "nope"})
    assert "This promotion code is invalid." in page.text
    page.press("code", promotion_code="fall20")
    assert "Total due $45.00" in page.text
    express = next(each for each in page.forms[0].buttons if each.startswith("ship:"))
    express = page.forms[0].buttons[page.forms[0].buttons.index(express) + 1]
    page.press(express)
    assert "Total due $55.00" in page.text
    page.press("uncode")
    assert "Total due $65.00" in page.text
    page.press("pay", **card(promotion_code="FALL20"))
    assert "The total is $55.00 now." in page.text
    page.press("pay", **card())
    done = read(account, session.id)
    assert (done["amount_total"], done["status"]) == (5500, "complete")
    assert plain(done["total_details"])["amount_shipping"] == 1500
    intent = client.payment_intents.retrieve(done["payment_intent"])
    assert intent.amount_received == 5500


def test_what_a_session_asks_for_is_asked_and_kept(account: Account) -> None:
    """Source: https://docs.stripe.com/payments/checkout/custom-components"""
    size: Any = {"options": [{"label": "Small", "value": "s"}, {"label": "Large", "value": "l"}]}
    session = opened(
        account,
        shipping_address_collection={"allowed_countries": ["US", "DE"]},
        phone_number_collection={"enabled": True},
        billing_address_collection="required",
        consent_collection={"terms_of_service": "required", "promotions": "auto"},
        custom_fields=[
            {"key": "size", "label": {"type": "custom", "custom": "Size"}, "type": "dropdown",
             "dropdown": size},
            {"key": "note", "label": {"type": "custom", "custom": "Note"}, "type": "text",
             "optional": True, "text": {"maximum_length": 5}},
        ],
    )  # fmt: skip
    address = {"line1": "1 Main St", "city": "Reno", "postal_code": "89501", "state": "NV"}
    typed = card(
        phone="+14155550100", custom_note="", custom_size="l", terms="accepted", promotions="opt_in"
    )
    typed |= {f"{kind}_{name}": value for kind in ("shipping", "billing")
              for name, value in address.items()}  # fmt: skip
    typed |= {"shipping_name": "Ann Doe", "shipping_country": "US"}
    page = Visitor(session.url)
    for name, value, said in (
        ("phone", "", "Your phone number is incomplete."),
        ("shipping_line1", "", "Your shipping address is incomplete."),
        ("shipping_country", "FR", "This shop doesn't deliver to that country."),
        ("billing_city", "", "Your billing address is incomplete."),
        ("custom_size", "", "Fill in “Size”."),
        ("custom_size", "xl", "Choose one of the options of “Size”."),
        ("custom_note", "too long", "“Note” must have from 0 to 5 characters."),
        ("terms", "", "Agree to the terms of service to go on."),
    ):
        page.press("pay", **{**typed, name: value})
        assert said in page.text, page.text
    assert page.press("pay", **typed).left_for
    done = account.client.v1.checkout.sessions.retrieve(session.id)
    shown = plain(done)
    assert shown["collected_information"]["shipping_details"]["name"] == "Ann Doe"
    assert shown["customer_details"]["phone"] == "+14155550100"
    assert shown["customer_details"]["address"]["city"] == "Reno"
    assert shown["consent"] == {"promotions": "opt_in", "terms_of_service": "accepted"}
    chosen = {each["key"]: each[each["type"]]["value"] for each in shown["custom_fields"]}
    assert chosen == {"size": "l", "note": None}


def test_a_saved_card_is_offered(account: Account) -> None:
    """Source: https://docs.stripe.com/payments/checkout/save-during-payment"""
    client = account.client.v1
    owner = client.customers.create({"email": "ann@acme.com", "payment_method": "pm_card_visa"}).id
    other = client.customers.create({"payment_method": "pm_card_mastercard"}).id
    foreign = client.customers.payment_methods.list(other).data[0].id
    session = opened(account, customer=owner)
    page = Visitor(session.url)
    assert "Visa •••• 4242" in page.text
    assert page.forms[0].fields["email"] == "ann@acme.com"
    assert "Choose how to pay." in page.press("pay", method=foreign).text
    assert page.press("pay", method=client.customers.payment_methods.list(owner).data[0].id)
    assert read(account, session.id)["status"] == "complete"


@pytest.mark.parametrize("passes", [True, False])
def test_a_wallet_has_a_page_of_its_own(account: Account, passes: bool) -> None:
    """Source: https://docs.stripe.com/payments/ideal/accept-a-payment"""
    line = item()
    line["price_data"]["currency"] = "eur"
    session = opened(account, line_items=[line], allowed_payment_method_types=["card", "ideal"])
    page = Visitor(session.url).press("pay", method="ideal", email="j@acme.com")
    assert "Test payment page" in page.text
    page.press("complete" if passes else "fail")
    assert bool(page.left_for) is passes
    assert read(account, session.id)["status"] == ("complete" if passes else "open")


def test_a_bank_debit_is_on_its_way(account: Account) -> None:
    """Source: https://docs.stripe.com/payments/ach-direct-debit"""
    session = opened(account, allowed_payment_method_types=["us_bank_account"])
    page = Visitor(session.url).press("pay", email="j@acme.com", method="us_bank_account")
    assert page.left_for
    assert read(account, session.id)["payment_status"] == "unpaid"
    account.advance("7 days")
    assert read(account, session.id)["payment_status"] == "paid"


def test_an_invoice_is_paid_after_authentication(account: Account) -> None:
    """Source: https://docs.stripe.com/payments/checkout/receipts#paid-invoices"""
    session = opened(account, invoice_creation={"enabled": True})
    page = Visitor(session.url).press("pay", **card("4000000000003220")).press("complete")
    assert page.left_for
    done = read(account, session.id)
    assert account.client.v1.invoices.retrieve(done["invoice"]).status == "paid"


def test_an_amount_of_ones_own_is_paid(account: Account) -> None:
    """Source: https://docs.stripe.com/payments/checkout/pay-what-you-want"""
    price = account.client.v1.prices.create(
        {
            "currency": "usd",
            "custom_unit_amount": {"enabled": True, "minimum": 500, "preset": 1000},
            "product_data": {"name": "Tip"},
        }
    ).id
    session = opened(account, line_items=[{"price": price, "quantity": 1}])
    page = Visitor(session.url)
    line = next(name for name in page.forms[0].fields if name.startswith("amount_"))
    assert "The amount must be from $5.00" in page.press("amounts", **{line: "1"}).text
    page.press("amounts", **{line: "12.50"}).press("pay", **card())
    assert read(account, session.id)["amount_total"] == 1250


def test_expired_sessions_say_so_and_can_be_recovered(account: Account) -> None:
    """Source: https://docs.stripe.com/api/checkout/sessions/expire and
    https://docs.stripe.com/payments/checkout/abandoned-carts
    """
    recovery: Any = {"recovery": {"enabled": True, "allow_promotion_codes": True}}
    session = opened(account, after_expiration=recovery)
    page = Visitor(session.url)
    gone = plain(account.client.v1.checkout.sessions.expire(session.id))
    assert "This checkout session has expired" in page.press("pay", **card()).text
    page.open(gone["after_expiration"]["recovery"]["url"])
    assert page.press("pay", **card()).left_for
    copy = account.client.v1.checkout.sessions.list({"status": "complete"}).data[0]
    assert (copy.recovered_from, copy.amount_total) == (session.id, 2500)


def test_a_page_is_only_its_own(account: Account) -> None:
    """Ours: no other page can pay, and what documents say is text."""
    session = opened(
        account,
        cancel_url="javascript://%0aalert(1)",
        line_items=[
            {"quantity": 1, "price_data": {"currency": "usd", "unit_amount": 900,
             "product_data": {"name": "<script>alert(1)</script>"}}}
        ],
    )  # fmt: skip
    page = Visitor(session.url)
    assert "<script" not in page.answer.text
    assert "javascript:" not in page.answer.text
    policy = page.answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "unsafe" not in policy
    url = session.url.partition("#")[0]
    form = page.forms[0].fields | card() | {"do": "pay"}
    for headers, sent in (
        ({"origin": "http://localhost:3000"}, form),
        ({"sec-fetch-site": "cross-site"}, form),
        ({}, form | {"seal": ""}),
    ):
        assert "out of date" in httpx.post(url, data=sent, headers=headers).text
    foreign = {"origin": "https://evil.example"}
    assert httpx.post(url, data=form, headers=foreign).status_code == 403
    assert httpx.get(url + "x").status_code == 404
    assert read(account, session.id)["status"] == "open"


def test_each_visit_of_a_link_is_a_session_of_its_own(account: Account) -> None:
    """Source: https://docs.stripe.com/payment-links/customize"""
    client = account.client.v1
    price = client.prices.create(
        {"currency": "usd", "unit_amount": 900, "product_data": {"name": "Tee"}}
    ).id
    link = client.payment_links.create({"line_items": [{"price": price, "quantity": 1}]})
    page = Visitor(f"{link.url}?client_reference_id=u_7&prefilled_email=a%40b.co")
    assert page.forms[0].fields["email"] == "a@b.co"
    page.press("pay", **card())
    assert "Thanks for your payment" in page.text
    Visitor(f"{link.url}?locked_prefilled_email=c%40d.co&prefilled_promo_code=NOPE")
    first, second = (read(account, each.id) for each in reversed(
        client.checkout.sessions.list({"payment_link": link.id}).data))  # fmt: skip
    assert (first["status"], first["client_reference_id"]) == ("complete", "u_7")
    assert (second["status"], second["customer_details"]["email"]) == ("open", "c@d.co")
    client.payment_links.update(link.id, {"active": False, "inactive_message": "Sold out."})
    assert "Sold out." in Visitor(link.url).text


def test_a_link_leads_on_where_it_says(account: Account) -> None:
    """Source: https://docs.stripe.com/payment-links/post-payment"""
    price = account.client.v1.prices.create(
        {"currency": "usd", "unit_amount": 900, "product_data": {"name": "Tee"}}
    ).id
    way = "http://a.localhost/?s={CHECKOUT_SESSION_ID}"
    after: Any = {"type": "redirect", "redirect": {"url": way}}
    link = account.client.v1.payment_links.create(
        {"line_items": [{"price": price, "quantity": 1}], "after_completion": after}
    )
    page = Visitor(link.url).press("pay", **card())
    assert page.left_for.startswith("http://a.localhost/?s=cs_test_")


def test_a_connected_accounts_session_has_its_page(account: Account) -> None:
    """Source: https://docs.stripe.com/connect/direct-charges?platform=web&ui=stripe-hosted"""
    connected = account.client.v1.accounts.create().id
    account.simulate("account.onboarded", account=connected)
    options: Any = {"stripe_account": connected}
    data: Any = {"mode": "payment", "success_url": BACK, "line_items": [item()]}
    session = account.client.v1.checkout.sessions.create(data, options)
    assert Visitor(str(session.url)).press("pay", **card()).left_for
    done = account.client.v1.checkout.sessions.retrieve(session.id, options=options)
    assert done.payment_status == "paid"
