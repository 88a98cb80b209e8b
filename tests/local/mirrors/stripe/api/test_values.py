"""Parameters are held to what Stripe documents, and named as the caller wrote them."""

from typing import Any

import pytest

from tests.local.mirrors.stripe.client import NEW, Account, plain
from tests.local.mirrors.stripe.payments.paying import refused


@pytest.mark.parametrize(
    ("path", "form", "message", "param"),
    [
        (
            "/v1/customers",
            "tax_id_data[0][type]=foo&tax_id_data[0][value]=1",
            "Invalid tax_id_data[0][type]: must be one of ",
            "tax_id_data[0][type]",
        ),
        (
            "/v1/checkout/sessions",
            "mode=payment&locale=foo",
            "Invalid locale: must be one of auto, ",
            "locale",
        ),
        (
            "/v1/checkout/sessions",
            "mode=payment&payment_method_types[]=foo",
            "Invalid payment_method_types[0]: must be one of ",
            "payment_method_types[0]",
        ),
        (
            "/v1/payment_intents",
            "amount=100&currency=usd&payment_method_types[]=card&payment_method_types[]=foo",
            "The payment method type provided: foo is invalid.",
            "payment_method_types",
        ),
        (
            "/v1/payment_intents",
            "amount=100&currency=usd&receipt_email=notanemail",
            "Invalid email address: notanemail",
            "receipt_email",
        ),
        (
            "/v1/payment_methods",
            "type=card&card[token]=tok_visa&billing_details[address][country]=Germany",
            "Country 'Germany' is unknown. Try using a 2-character alphanumeric country code",
            "billing_details[address][country]",
        ),
        (
            "/v1/payment_intents",
            f"amount=100&currency=usd&statement_descriptor={'x' * 23}",
            "The statement descriptor must be at most 22 characters.",
            "statement_descriptor",
        ),
        (
            "/v1/coupons",
            f"percent_off=5&name={'abcdefghij' * 5}",
            "Invalid string: abcdefghij...abcdefghij; must be at most 40 characters",
            "name",
        ),
        (
            "/v1/test_helpers/test_clocks",
            "frozen_time=18446744073709551616",
            "Invalid integer: 18446744073709551616",
            "frozen_time",
        ),
        (
            "/v1/test_helpers/test_clocks",
            "frozen_time=999999999999999999",
            "Invalid timestamp: must be an integer Unix timestamp.",
            "frozen_time",
        ),
        (
            "/v1/prices",
            "currency=usd&unit_amount=1&product_data[name]=A&recurring[interval]=year"
            "&recurring[interval_count]=4",
            "Invalid recurring[interval_count]: the longest interval is 3 years",
            "recurring[interval_count]",
        ),
        (
            "/v1/checkout/sessions",
            "mode=payment&ui_mode[a]=b",
            "Invalid ui_mode",
            "ui_mode",
        ),
        (
            "/v1/products",
            "name=A&" + "&".join(f"images[{n}]=https://a.io" for n in range(9)),
            "Invalid array: must have at most 8 elements",
            "images",
        ),
    ],
)
def test_values_that_stripe_does_not_document_are_refused(
    account: Account, path: str, form: str, message: str, param: str
) -> None:
    """Source: https://docs.stripe.com/api and https://docs.stripe.com/error-codes"""
    told = account.refused(400, "POST", path, form)
    assert (told["message"][: len(message)], told["param"]) == (message, param)


def test_a_parameter_that_is_not_modelled_answers_501(account: Account) -> None:
    """Ours: better than to be taken and to do nothing."""
    told = account.refused(501, "POST", "/v1/customers", "name=Ada&validate=true")
    assert (told["code"], told["param"]) == ("not_implemented", "validate")
    assert account.fetch("/v1/customers")["data"] == []


def test_an_item_names_its_parameters_as_the_caller_wrote_them(account: Account) -> None:
    """Source: https://docs.stripe.com/api/subscription_items/create"""
    v1 = account.client.v1
    price: Any = {"currency": "usd", "unit_amount": 0, "product_data": {"name": "Free"}}
    free = v1.prices.create(price | {"recurring": {"interval": "month"}}).id
    customer = v1.customers.create({}).id
    sub = v1.subscriptions.create({"customer": customer, "items": [{"price": free}]}).id
    error = refused(v1.subscription_items.create, {"subscription": sub})
    assert (error["message"], error["param"]) == ("Missing required param: price.", "price")
    error = refused(v1.subscription_items.create, {"subscription": sub, "price": "price_no"})
    assert error["param"] == "price"


def test_lists_without_times_take_no_range_of_them(account: Account) -> None:
    """Source: https://docs.stripe.com/api/entitlements/feature/list"""
    features = account.client.v1.entitlements.features
    made = features.create({"name": "A", "lookup_key": "a"})
    assert [each.id for each in features.list().data] == [made.id]
    told = account.refused(400, "GET", "/v1/entitlements/features?created[gte]=0")
    assert told["param"] == "created"


def test_an_event_data_is_no_object_to_expand(account: Account) -> None:
    """Source: https://docs.stripe.com/api/expanding_objects"""
    account.client.v1.customers.create({"name": "Ada"})
    (event,) = account.events()
    for path in (
        "/v1/events?expand[]=data.data.object",
        f"/v1/events/{event['id']}?expand[]=data.object",
    ):
        told = account.refused(400, "GET", path)
        assert told["message"] == "This property cannot be expanded (data.object)."


def test_what_an_object_has_not_is_absent_when_expanded(account: Account) -> None:
    """Source: https://docs.stripe.com/api/expanding_objects"""
    v1 = account.client.v1
    tiered: Any = {
        "currency": "usd",
        "product_data": {"name": "Tee"},
        "billing_scheme": "tiered",
        "tiers_mode": "volume",
        "tiers": [{"up_to": "inf", "unit_amount": 5}],
        "recurring": {"interval": "month"},
    }
    v1.prices.create(tiered)
    plain_price: Any = {"currency": "usd", "unit_amount": 5, "product_data": {"name": "Mug"}}
    v1.prices.create(plain_price)
    shown = plain(v1.prices.list({"expand": ["data.tiers"]}))["data"]
    assert [len(each["tiers"]) if "tiers" in each else None for each in shown] == [None, 1]
    v1.coupons.create({"percent_off": 5})
    (coupon,) = plain(v1.coupons.list({"expand": ["data.applies_to"]}))["data"]
    assert "applies_to" not in coupon
    told = account.refused(400, "GET", "/v1/coupons?expand[]=data.nonsense")
    assert told["message"] == "This property cannot be expanded (nonsense)."


@pytest.mark.parametrize(
    "version", ["2099-01-01", "2025-06-01", "2025-03-31.nonsense", "2024-06-20.basil", "latest"]
)
def test_a_version_that_there_never_was_is_refused(account: Account, version: str) -> None:
    """Source: https://github.com/stripe/stripe-java/issues/682"""
    answer = account.call("GET", "/v1/customers", stripe_version=version)
    assert answer.status_code == 400
    assert answer.json()["error"]["message"].startswith(f"Invalid Stripe API version: {version}")
    form = f"url=https://a.io&enabled_events[]=*&api_version={version}"
    account.refused(400, "POST", "/v1/webhook_endpoints", form)


@pytest.mark.parametrize(
    "version",
    ["2019-12-03", "2025-08-27.basil", "2025-08-27.preview", "2020-08-27; orders_beta=v4", NEW],
)
def test_every_version_that_there_was_is_taken(account: Account, version: str) -> None:
    """Source: https://docs.stripe.com/changelog"""
    assert account.call("GET", "/v1/customers", stripe_version=version).is_success
