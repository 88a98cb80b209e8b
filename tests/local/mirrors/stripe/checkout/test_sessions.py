"""Checkout sessions: what they take, show and refuse.

Source: https://docs.stripe.com/api/checkout/sessions
"""

from typing import Any

import pytest

from tests.local.mirrors.stripe.client import NEW, NOW, OLD, Account, plain

HOUR, DAY = 3600, 86400
URLS = "success_url=https://a.io/ok&cancel_url=https://a.io/no"
BOOK = (
    "line_items[0][quantity]=2&line_items[0][price_data][currency]=usd"
    "&line_items[0][price_data][unit_amount]=1000&line_items[0][price_data][product_data][name]=Book"
)
PAY = f"mode=payment&{URLS}&{BOOK}"


def price(account: Account, amount: int = 1000, **more: Any) -> str:
    data: Any = {"currency": "usd", "unit_amount": amount, "product_data": {"name": "Tee"}} | more
    return account.client.v1.prices.create(data).id


def test_a_payment_session_shows_what_it_was_opened_for(account: Account) -> None:
    """Source: https://docs.stripe.com/api/checkout/sessions/object"""
    made = account.call("POST", "/v1/checkout/sessions", f"{PAY}&metadata[a]=1").json()
    assert made["id"].startswith("cs_test_a1")
    assert made["url"].startswith(f"{account.url}/c/pay/{made['id']}")
    expected = {
        "object": "checkout.session",
        "amount_subtotal": 2000,
        "amount_total": 2000,
        "client_secret": None,
        "created": NOW,
        "currency": "usd",
        "customer": None,
        "customer_creation": "if_required",
        "expires_at": NOW + DAY,
        "livemode": False,
        "metadata": {"a": "1"},
        "mode": "payment",
        "payment_intent": None,
        "payment_method_types": ["card", "link"],
        "payment_status": "unpaid",
        "status": "open",
        "success_url": "https://a.io/ok",
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": "hosted",
    }
    assert {name: made[name] for name in expected} == expected
    assert "line_items" not in made


@pytest.mark.parametrize(("version", "mode"), [(OLD, "embedded"), (NEW, "embedded_page")])
def test_an_embedded_session_has_a_client_secret_and_no_url(
    account: Account, version: str, mode: str
) -> None:
    """Source: https://docs.stripe.com/api/checkout/sessions/create#create_checkout_session-ui_mode"""
    form = f"mode=payment&{BOOK}&ui_mode={mode}&return_url=https://a.io/back"
    answer = account.call("POST", "/v1/checkout/sessions", form, stripe_version=version)
    made = answer.json()
    assert made["client_secret"].startswith(f"{made['id']}_secret_")
    assert (made["ui_mode"], made["url"]) == (mode, None)
    assert made["return_url"] == "https://a.io/back"


def test_lines_show_prices_discounts_and_taxes(account: Account) -> None:
    """Source: https://docs.stripe.com/api/checkout/sessions/line_items"""
    client = account.client.v1
    tax = client.tax_rates.create({"display_name": "T", "inclusive": False, "percentage": 10}).id
    coupon = client.coupons.create({"percent_off": 25}).id
    rate = client.shipping_rates.create(
        {"display_name": "G", "fixed_amount": {"amount": 500, "currency": "usd"}}
    ).id
    made = client.checkout.sessions.create(
        {
            "mode": "payment",
            "success_url": "https://a.io",
            "line_items": [
                {"price": price(account), "quantity": 2, "tax_rates": [tax]},
                {"price": price(account, 300), "quantity": 1},
            ],
            "discounts": [{"coupon": coupon}],
            "shipping_options": [{"shipping_rate": rate}],
        }
    )
    assert (made.amount_subtotal, made.amount_total) == (2300, 1500 + 150 + 225 + 500)
    details = plain(made.total_details)
    assert details == {"amount_discount": 575, "amount_shipping": 500, "amount_tax": 150}
    assert plain(made.shipping_cost)["shipping_rate"] == rate
    lines = client.checkout.sessions.line_items.list(made.id)
    totals = [
        (row.amount_subtotal, row.amount_discount, row.amount_tax, row.amount_total)
        for row in lines.data
    ]
    assert totals == [(2000, 500, 150, 1650), (300, 75, 0, 225)]
    first = account.fetch(f"/v1/checkout/sessions/{made.id}/line_items?limit=1")
    assert first["has_more"]
    row = first["data"][0]
    assert (row["object"], row["description"], row["quantity"]) == ("item", "Tee", 2)
    assert row["price"]["object"] == "price"
    again = client.checkout.sessions.retrieve(made.id, {"expand": ["line_items"]})
    assert [each.id for each in again.line_items or []] == [each.id for each in lines.data]


RECURRING: Any = {"recurring": {"interval": "month"}}


@pytest.mark.parametrize(
    ("form", "message", "param"),
    [
        (f"{URLS}&{BOOK}", "Missing required param: mode.", "mode"),
        (f"mode=payment&{BOOK}", "Missing required param: success_url.", "success_url"),
        (f"mode=payment&{URLS}", "Missing required param: line_items.", "line_items"),
        (
            f"mode=payment&{URLS}&line_items[0][price]={{once}}",
            "Missing required param: line_items[0][quantity].",
            "line_items[0][quantity]",
        ),
        (
            f"mode=payment&{URLS}&line_items[0][price]=price_x&line_items[0][quantity]=1",
            "No such price: 'price_x'",
            "line_items[0][price]",
        ),
        (
            f"mode=payment&{URLS}&line_items[0][price]={{monthly}}&line_items[0][quantity]=1",
            "You specified `payment` mode but passed a recurring price. Either switch to"
            " `subscription` mode or use only one-time prices.",
            "mode",
        ),
        (
            f"mode=subscription&{URLS}&line_items[0][price]={{once}}&line_items[0][quantity]=1",
            "You must provide at least one recurring price in `subscription` mode when using"
            " prices.",
            "mode",
        ),
        (
            f"mode=payment&{URLS}&line_items[0][price]={{inactive}}&line_items[0][quantity]=1",
            "The price specified is inactive. This field only accepts active prices.",
            "line_items[0][price]",
        ),
        (
            f"{PAY}&customer={{customer}}&customer_email=a@b.co",
            "You may only specify one of these parameters: customer, customer_email.",
            "customer",
        ),
        (f"{PAY}&customer=cus_x", "No such customer: 'cus_x'", "customer"),
        (
            f"{PAY}&expires_at={NOW + 60}",
            "The `expires_at` timestamp must be at least 30 minutes from Checkout Session"
            " creation.",
            "expires_at",
        ),
        (
            f"{PAY}&expires_at={NOW + 2 * DAY}",
            "The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.",
            "expires_at",
        ),
        (
            f"{PAY}&discounts[0][coupon]=x&allow_promotion_codes=true",
            "You may only specify one of these parameters: allow_promotion_codes, discounts.",
            "allow_promotion_codes",
        ),
        (f"{PAY}&discounts[0][coupon]=x", "No such coupon: 'x'", "discounts[0][coupon]"),
        (f"{PAY}&wishes=1", "Received unknown parameter: wishes", "wishes"),
        (
            f"mode=payment&{BOOK}&ui_mode=embedded",
            "Missing required param: return_url.",
            "return_url",
        ),
    ],
)
def test_what_makes_no_session_is_refused(
    account: Account, form: str, message: str, param: str
) -> None:
    """Source: https://docs.stripe.com/api/checkout/sessions/create"""
    inactive = price(account)
    account.client.v1.prices.update(inactive, {"active": False})
    form = form.format(
        once=price(account),
        monthly=price(account, **RECURRING),
        inactive=inactive,
        customer=account.client.v1.customers.create().id,
    )
    told = account.refused(400, "POST", "/v1/checkout/sessions", form)
    assert told["message"] == message
    assert told["param"] == param


def test_metered_lines_have_no_quantity(account: Account) -> None:
    """Source: https://docs.stripe.com/api/checkout/sessions/create#create_checkout_session-line_items-quantity"""
    meter = account.client.v1.billing.meters.create(
        {"display_name": "M", "event_name": "m", "default_aggregation": {"formula": "sum"}}
    ).id
    metered = {"interval": "month", "usage_type": "metered", "meter": meter}
    id = price(account, recurring=metered)
    form = f"mode=subscription&{URLS}&line_items[0][price]={id}"
    told = account.refused(
        400, "POST", "/v1/checkout/sessions", f"{form}&line_items[0][quantity]=1"
    )
    assert told["message"].startswith("line_items[0][quantity] is not allowed.")
    made = account.call("POST", "/v1/checkout/sessions", form).json()
    assert (made["amount_total"], made["status"]) == (0, "open")


def test_a_setup_session_has_its_setup_intent_from_the_start(account: Account) -> None:
    """Source: https://docs.stripe.com/payments/save-and-reuse?platform=checkout"""
    made = account.client.v1.checkout.sessions.create(
        {"mode": "setup", "success_url": "https://a.io", "currency": "usd"}
    )
    assert (made.payment_status, made.amount_total) == ("no_payment_required", None)
    intent = account.client.v1.setup_intents.retrieve(str(made.setup_intent))
    assert intent.status == "requires_payment_method"


def test_a_session_expires_by_itself_or_when_it_is_told_to(account: Account) -> None:
    """Source: https://docs.stripe.com/api/checkout/sessions/expire"""
    sessions = account.client.v1.checkout.sessions
    first = account.call("POST", "/v1/checkout/sessions", PAY).json()["id"]
    second = account.call("POST", "/v1/checkout/sessions", f"{PAY}&expires_at={NOW + HOUR}").json()[
        "id"
    ]
    gone = sessions.expire(first)
    assert (gone.status, gone.url) == ("expired", None)
    told = account.refused(400, "POST", f"/v1/checkout/sessions/{first}/expire")
    assert 'status in ["open"]' in told["message"]
    account.advance("1 hour")
    assert sessions.retrieve(second).status == "expired"
    assert account.types()[-2:] == ["checkout.session.expired"] * 2


def test_an_expired_session_can_offer_a_way_back(account: Account) -> None:
    """Source: https://docs.stripe.com/payments/checkout/abandoned-carts"""
    form = f"{PAY}&after_expiration[recovery][enabled]=true"
    id = account.call("POST", "/v1/checkout/sessions", form).json()["id"]
    gone = plain(account.client.v1.checkout.sessions.expire(id))
    recovery = gone["after_expiration"]["recovery"]
    assert recovery["url"].startswith(f"{account.url}/c/pay/{id}/recover/test_")
    assert recovery["expires_at"] == NOW + 30 * DAY
    assert recovery["allow_promotion_codes"] is False


def test_sessions_are_listed_by_what_they_are(account: Account) -> None:
    """Source: https://docs.stripe.com/api/checkout/sessions/list"""
    sessions = account.client.v1.checkout.sessions
    customer = account.client.v1.customers.create({"email": "j@acme.com"}).id
    one = account.call("POST", "/v1/checkout/sessions", f"{PAY}&customer={customer}").json()["id"]
    two = account.call("POST", "/v1/checkout/sessions", PAY).json()["id"]
    sessions.expire(two)
    assert [each.id for each in sessions.list().data] == [two, one]
    assert [each.id for each in sessions.list({"customer": customer}).data] == [one]
    assert [each.id for each in sessions.list({"status": "expired"}).data] == [two]
    found = sessions.list({"customer_details": {"email": "j@acme.com"}})
    assert [each.id for each in found.data] == [one]
    assert plain(sessions.update(one, {"metadata": {"a": "1"}}))["metadata"] == {"a": "1"}


def test_what_a_page_asks_for_is_kept(account: Account) -> None:
    """Source: https://docs.stripe.com/payments/checkout/custom-fields"""
    made = plain(
        account.client.v1.checkout.sessions.create(
            {
                "mode": "payment",
                "success_url": "https://a.io",
                "line_items": [{"price": price(account), "quantity": 1}],
                "custom_fields": [
                    {
                        "key": "size",
                        "label": {"type": "custom", "custom": "Size"},
                        "type": "dropdown",
                        "dropdown": {"options": [{"label": "S", "value": "s"}]},
                    }
                ],
                "custom_text": {"submit": {"message": "Thanks"}},
                "phone_number_collection": {"enabled": True},
                "shipping_address_collection": {"allowed_countries": ["US"]},
                "tax_id_collection": {"enabled": True},
                "invoice_creation": {"enabled": True, "invoice_data": {"footer": "Bye"}},
                "client_reference_id": "order-7",
                "locale": "de",
                "submit_type": "donate",
            }
        )
    )
    assert made["custom_fields"] == [
        {
            "key": "size",
            "label": {"custom": "Size", "type": "custom"},
            "optional": False,
            "type": "dropdown",
            "dropdown": {
                "default_value": None,
                "options": [{"label": "S", "value": "s"}],
                "value": None,
            },
        }
    ]
    assert made["custom_text"]["submit"] == {"message": "Thanks"}
    assert made["phone_number_collection"] == {"enabled": True}
    assert made["shipping_address_collection"] == {"allowed_countries": ["US"]}
    assert made["invoice_creation"]["invoice_data"]["footer"] == "Bye"
    assert (made["client_reference_id"], made["locale"]) == ("order-7", "de")


@pytest.mark.parametrize(
    ("form", "message", "param"),
    [
        (
            "mode=setup&success_url=https://a.io/ok",
            "Missing required param: currency.",
            "currency",
        ),
        (
            f"{PAY}&payment_method_collection=if_required",
            "You can not pass `payment_method_collection` in `payment` mode.",
            "payment_method_collection",
        ),
    ],
)
def test_parameters_that_need_another_mode_are_refused(
    account: Account, form: str, message: str, param: str
) -> None:
    """Source: https://docs.stripe.com/api/checkout/sessions/create"""
    told = account.refused(400, "POST", "/v1/checkout/sessions", form)
    assert (told["message"], told["param"]) == (message, param)
