"""What customers do on Checkout's pages, and what becomes of it.

Source: https://docs.stripe.com/checkout/fulfillment
"""

from typing import Any

import pytest

from tests.local.mirrors.stripe.client import NEW, OLD, Account, plain


def price(account: Account, amount: int = 1000, **more: Any) -> str:
    data: Any = {"currency": "usd", "unit_amount": amount, "product_data": {"name": "Tee"}} | more
    return account.client.v1.prices.create(data).id


def opened(account: Account, mode: str = "payment", **more: Any) -> str:
    """Open a session that sells one thing, and return its id."""
    recurring: Any = {"recurring": {"interval": "month"}} if mode == "subscription" else {}
    data: Any = {"mode": mode, "success_url": "https://a.io"} | more
    if mode != "setup":
        data.setdefault("line_items", [{"price": price(account, **recurring), "quantity": 1}])
    return account.client.v1.checkout.sessions.create(data).id


def read(account: Account, id: str) -> Any:
    return account.fetch(f"/v1/checkout/sessions/{id}", OLD)


def test_a_paid_session_has_a_payment_intent_and_who_paid(account: Account) -> None:
    """Source: https://docs.stripe.com/checkout/fulfillment#create-fulfillment-function"""
    id = opened(
        account,
        payment_intent_data={"description": "Order 7", "metadata": {"order": "7"}},
        customer_email="jenny@acme.com",
    )
    since = len(account.types())
    account.simulate("checkout.session.completed", name="Jenny")
    done = read(account, id)
    assert (done["status"], done["payment_status"], done["url"]) == ("complete", "paid", None)
    assert done["customer"] is None
    assert done["customer_details"]["email"] == "jenny@acme.com"
    assert done["customer_details"]["name"] == "Jenny"
    intent = account.client.v1.payment_intents.retrieve(done["payment_intent"])
    assert (intent.status, intent.amount, intent.description) == ("succeeded", 1000, "Order 7")
    assert plain(intent.metadata) == {"order": "7"}
    types = account.types(since)
    assert types[0] == "payment_intent.created"
    assert types[-1] == "checkout.session.completed"
    assert {"charge.succeeded", "payment_intent.succeeded"} < set(types)
    told = account.events("checkout.session.completed")[0]["data"]["object"]
    assert told["id"] == id


def test_a_customer_is_made_when_one_is_needed(account: Account) -> None:
    """Source: https://docs.stripe.com/api/checkout/sessions/create#create_checkout_session-customer_creation"""
    for more in (
        {"customer_creation": "always"},
        {"payment_intent_data": {"setup_future_usage": "off_session"}},
    ):
        id = opened(account, **more)
        account.simulate("checkout.session.completed", session=id, email="j@acme.com", phone="+1")
        done = read(account, id)
        customer = account.client.v1.customers.retrieve(done["customer"])
        assert (customer.email, customer.phone) == ("j@acme.com", "+1")
    saved = account.client.v1.customers.payment_methods.list(customer.id).data
    assert len(saved) == 1


def test_a_declined_card_leaves_the_session_open_for_another(account: Account) -> None:
    """Source: https://docs.stripe.com/payments/checkout/how-checkout-works"""
    id = opened(account)
    card = "pm_card_chargeDeclined"
    account.simulate("checkout.session.completed", session=id, paymentMethod=card)
    session = read(account, id)
    assert (session["status"], session["payment_status"]) == ("open", "unpaid")
    intent = account.client.v1.payment_intents.retrieve(session["payment_intent"])
    assert intent.status == "requires_payment_method"
    account.simulate("checkout.session.completed", session=id)
    done = read(account, id)
    assert (done["status"], done["payment_intent"]) == ("complete", intent.id)
    assert account.types().count("checkout.session.completed") == 1


def test_a_session_completes_when_the_bank_has_been_satisfied(account: Account) -> None:
    """Source: https://docs.stripe.com/payments/3d-secure"""
    id = opened(account)
    card = "pm_card_authenticationRequired"
    account.simulate("checkout.session.completed", session=id, paymentMethod=card)
    session = read(account, id)
    assert session["status"] == "open"
    intent = account.client.v1.payment_intents.retrieve(session["payment_intent"])
    assert intent.status == "requires_action"
    account.simulate("payment_intent.succeeded", paymentIntent=intent.id)
    assert read(account, id)["payment_status"] == "paid"


def test_a_manual_capture_is_paid_once_captured(account: Account) -> None:
    """Source: https://docs.stripe.com/payments/place-a-hold-on-a-payment-method"""
    id = opened(account, payment_intent_data={"capture_method": "manual"})
    account.simulate("checkout.session.completed")
    done = read(account, id)
    assert (done["status"], done["payment_status"]) == ("complete", "unpaid")
    account.client.v1.payment_intents.capture(done["payment_intent"])
    assert read(account, id)["payment_status"] == "paid"


@pytest.mark.parametrize("outcome", ["succeeded", "failed"])
def test_a_bank_debit_is_told_later(account: Account, outcome: str) -> None:
    """Source: https://docs.stripe.com/checkout/fulfillment#delayed-notification"""
    id = opened(account, allowed_payment_method_types=["card", "us_bank_account"])
    debit = "pm_usBankAccount_success"
    account.simulate("checkout.session.completed", session=id, paymentMethod=debit)
    done = read(account, id)
    assert (done["status"], done["payment_status"]) == ("complete", "unpaid")
    account.simulate(f"checkout.session.async_payment_{outcome}", session=id)
    paid = "paid" if outcome == "succeeded" else "unpaid"
    assert read(account, id)["payment_status"] == paid
    assert account.types()[-1] == f"checkout.session.async_payment_{outcome}"


def test_a_bank_debit_arrives_when_its_days_have_passed(account: Account) -> None:
    """Source: https://docs.stripe.com/payments/ach-direct-debit#timing"""
    id = opened(account, allowed_payment_method_types=["us_bank_account"])
    debit = "pm_usBankAccount_success"
    account.simulate("checkout.session.completed", session=id, paymentMethod=debit)
    account.advance("7 days")
    assert read(account, id)["payment_status"] == "paid"
    assert "checkout.session.async_payment_succeeded" in account.types()


def test_a_subscription_starts_with_the_card_as_its_default(account: Account) -> None:
    """Source: https://docs.stripe.com/billing/subscriptions/build-subscriptions?platform=checkout"""
    setup = price(account, 500)
    monthly = price(account, 1500, recurring={"interval": "month"})
    id = opened(
        account,
        "subscription",
        line_items=[{"price": monthly, "quantity": 2}, {"price": setup, "quantity": 1}],
        subscription_data={"metadata": {"plan": "pro"}},
    )
    assert read(account, id)["amount_total"] == 3500
    since = len(account.types())
    account.simulate("checkout.session.completed", session=id, email="j@acme.com")
    done = read(account, id)
    assert (done["status"], done["payment_status"]) == ("complete", "paid")
    sub = account.client.v1.subscriptions.retrieve(done["subscription"])
    assert (sub.status, sub.customer) == ("active", done["customer"])
    assert plain(sub.metadata) == {"plan": "pro"}
    assert sub.default_payment_method is not None
    assert [(item.price.id, item.quantity) for item in sub["items"].data] == [(monthly, 2)]
    invoice = account.client.v1.invoices.retrieve(done["invoice"])
    assert (invoice.amount_paid, invoice.status) == (3500, "paid")
    types = account.types(since)
    assert types[:2] == ["customer.created", "payment_method.attached"]
    assert "customer.subscription.created" in types
    assert types[-1] == "checkout.session.completed"


def test_a_trial_asks_for_nothing_yet(account: Account) -> None:
    """Source: https://docs.stripe.com/payments/checkout/free-trials"""
    id = opened(account, "subscription", subscription_data={"trial_period_days": 7})
    assert read(account, id)["amount_total"] == 0
    account.simulate("checkout.session.completed")
    done = read(account, id)
    assert (done["status"], done["payment_status"]) == ("complete", "no_payment_required")
    assert account.client.v1.subscriptions.retrieve(done["subscription"]).status == "trialing"


def test_a_subscription_whose_first_payment_fails_is_not_made(account: Account) -> None:
    """Source: https://docs.stripe.com/payments/checkout/how-checkout-works (no trace)"""
    id = opened(account, "subscription")
    answer = account.http.post(
        "/_mirra/simulate",
        json={"event": "checkout.session.completed", "paymentMethod": "pm_card_chargeDeclined"},
    )
    assert not answer.is_success
    assert read(account, id)["status"] == "open"
    assert account.client.v1.subscriptions.list().data == []


def test_a_setup_session_saves_the_card(account: Account) -> None:
    """Source: https://docs.stripe.com/payments/save-and-reuse?platform=checkout"""
    customer = account.client.v1.customers.create().id
    id = opened(account, "setup", customer=customer, allowed_payment_method_types=["card"])
    account.simulate("checkout.session.completed")
    done = read(account, id)
    assert done["status"] == "complete"
    intent = account.client.v1.setup_intents.retrieve(done["setup_intent"])
    assert intent.status == "succeeded"
    saved = account.client.v1.customers.payment_methods.list(customer).data
    assert [each.id for each in saved] == [intent.payment_method]


def test_a_customer_can_type_a_promotion_code(account: Account) -> None:
    """Source: https://docs.stripe.com/payments/checkout/discounts"""
    coupon = account.client.v1.coupons.create({"percent_off": 50}).id
    code = account.client.v1.promotion_codes.create(
        {"promotion": {"type": "coupon", "coupon": coupon}, "code": "HALF"}
    ).id
    id = opened(account, allow_promotion_codes=True)
    account.simulate("checkout.session.completed", session=id, promotionCode="half")
    done = account.client.v1.checkout.sessions.retrieve(id)
    assert (done.amount_total, plain(done.total_details)["amount_discount"]) == (500, 500)
    assert plain(done)["discounts"] == [{"coupon": coupon, "promotion_code": code}]
    assert account.client.v1.promotion_codes.retrieve(code).times_redeemed == 1
    intent = account.client.v1.payment_intents.retrieve(str(done.payment_intent))
    assert intent.amount == 500


def test_a_discount_of_a_session_goes_on_with_the_subscription(account: Account) -> None:
    """Source: https://docs.stripe.com/payments/checkout/discounts"""
    coupon = account.client.v1.coupons.create({"percent_off": 10, "duration": "forever"}).id
    id = opened(account, "subscription", discounts=[{"coupon": coupon}])
    account.simulate("checkout.session.completed")
    done = read(account, id)
    assert done["amount_total"] == 900
    sub = account.fetch(f"/v1/subscriptions/{done['subscription']}")
    assert sub["discount"]["coupon"]["id"] == coupon
    invoice = account.client.v1.invoices.retrieve(done["invoice"])
    assert invoice.amount_paid == 900
    assert account.client.v1.coupons.retrieve(coupon).times_redeemed == 1


def test_a_free_order_needs_no_payment(account: Account) -> None:
    """Source: https://docs.stripe.com/payments/checkout/no-cost-orders"""
    coupon = account.client.v1.coupons.create({"percent_off": 100}).id
    id = opened(account, discounts=[{"coupon": coupon}])
    account.simulate("checkout.session.completed")
    done = read(account, id)
    assert (done["payment_status"], done["payment_intent"]) == ("no_payment_required", None)


def test_an_invoice_is_made_for_a_one_time_payment(account: Account) -> None:
    """Source: https://docs.stripe.com/payments/checkout/receipts#paid-invoices"""
    id = opened(account, invoice_creation={"enabled": True})
    account.simulate("checkout.session.completed")
    done = read(account, id)
    invoice = account.client.v1.invoices.retrieve(done["invoice"])
    assert (invoice.status, invoice.amount_paid) == ("paid", 1000)
    assert done["payment_status"] == "paid"


@pytest.mark.parametrize("version", [OLD, NEW])
def test_what_the_customer_fills_in_is_kept_where_the_version_has_it(
    account: Account, version: str
) -> None:
    """Source: https://docs.stripe.com/payments/collect-addresses"""
    customer = account.client.v1.customers.create({"email": "j@acme.com"}).id
    id = opened(
        account,
        customer=customer,
        customer_update={"address": "auto", "name": "auto", "shipping": "auto"},
        shipping_address_collection={"allowed_countries": ["US"]},
        phone_number_collection={"enabled": True},
        custom_fields=[
            {"key": "size", "label": {"type": "custom", "custom": "Size"}, "type": "text"}
        ],
    )
    account.simulate("checkout.session.completed", name="Jenny R", customFields={"size": "XL"})
    done = account.fetch(f"/v1/checkout/sessions/{id}", version)
    holder = done if version == OLD else done["collected_information"]
    assert holder["shipping_details"]["name"] == "Jenny R"
    assert holder["shipping_details"]["address"]["city"] == "San Francisco"
    assert done["custom_fields"][0]["text"]["value"] == "XL"
    assert done["customer_details"]["phone"] is not None
    theirs = account.fetch(f"/v1/customers/{customer}")
    assert (theirs["name"], theirs["shipping"]["name"]) == ("Jenny R", "Jenny R")
    assert theirs["address"]["country"] == "US"


def test_only_an_open_session_can_be_completed(account: Account) -> None:
    """Our choice: the refusal of a story names the next step."""
    id = opened(account)
    account.simulate("checkout.session.expired")
    answer = account.http.post(
        "/_mirra/simulate", json={"event": "checkout.session.completed", "session": id}
    )
    assert answer.status_code == 400
    assert "is expired" in answer.text
