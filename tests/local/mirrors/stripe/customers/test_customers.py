"""Customers: made, changed, listed, deleted, and what comes with them.

Source: https://docs.stripe.com/api/customers
"""

import pytest

from tests.local.mirrors.stripe.client import NEW, NOW, OLD, Account, plain


def test_a_customer_has_every_documented_field(account: Account) -> None:
    """Source: https://docs.stripe.com/api/customers/object"""
    made = account.call("POST", "/v1/customers", "name=Jenny&email=jenny@acme.com").json()
    assert made == {
        "id": made["id"],
        "object": "customer",
        "address": None,
        "balance": 0,
        "created": NOW,
        "currency": None,
        "default_source": None,
        "delinquent": False,
        "description": None,
        "discount": None,
        "email": "jenny@acme.com",
        "invoice_prefix": made["invoice_prefix"],
        "invoice_settings": {
            "custom_fields": None,
            "default_payment_method": None,
            "footer": None,
            "rendering_options": None,
        },
        "livemode": False,
        "metadata": {},
        "name": "Jenny",
        "next_invoice_sequence": 1,
        "phone": None,
        "preferred_locales": [],
        "shipping": None,
        "tax_exempt": "none",
        "test_clock": None,
    }
    assert made["id"].startswith("cus_")
    assert len(made["invoice_prefix"]) == 8


def test_every_field_of_a_customer_is_kept_and_unset_with_an_empty_text(account: Account) -> None:
    """Source: https://docs.stripe.com/api/customers/update"""
    customers = account.client.v1.customers
    made = customers.create(
        {
            "address": {"line1": "1 Main St", "city": "Berlin", "country": "DE"},
            "description": "First",
            "invoice_prefix": "ACME",
            "invoice_settings": {
                "footer": "Thanks",
                "custom_fields": [{"name": "PO", "value": "7"}],
            },
            "metadata": {"a": "1", "b": "2"},
            "next_invoice_sequence": 12,
            "phone": "+49 30 1",
            "preferred_locales": ["de", "en"],
            "shipping": {"name": "J", "address": {"line1": "2 Side St"}},
            "tax_exempt": "reverse",
        }
    )
    assert made.address is not None
    assert plain(made.address)["postal_code"] is None
    changed = plain(
        customers.update(
            made.id,
            {
                "address": "",
                "invoice_settings": {"footer": "Bye"},
                "metadata": {"a": "", "c": "3"},
                "shipping": "",
                "tax_exempt": "",
            },
        )
    )
    assert changed["address"] is None
    assert changed["shipping"] is None
    assert changed["metadata"] == {"b": "2", "c": "3"}
    assert changed["tax_exempt"] == "none"
    assert changed["invoice_settings"] == {
        "custom_fields": [{"name": "PO", "value": "7"}],
        "default_payment_method": None,
        "footer": "Bye",
        "rendering_options": None,
    }
    assert (changed["invoice_prefix"], changed["next_invoice_sequence"]) == ("ACME", 12)
    assert plain(customers.update(made.id, {"metadata": ""}))["metadata"] == {}


def test_a_change_is_told_with_the_attributes_that_were_there_before(account: Account) -> None:
    """Source: https://docs.stripe.com/api/events/types#event_types-customer.updated"""
    made = account.client.v1.customers.create({"name": "A", "metadata": {"k": "1"}})
    account.client.v1.customers.update(made.id, {"name": "B", "metadata": {"k": "2"}})
    told = account.events("customer.created", "customer.updated")
    assert [each["type"] for each in told] == ["customer.created", "customer.updated"]
    assert told[1]["data"]["previous_attributes"] == {"metadata": {"k": "1"}, "name": "A"}
    assert told[1]["data"]["object"]["name"] == "B"


def test_an_email_must_look_like_one(account: Account) -> None:
    """Source: https://docs.stripe.com/error-codes#email-invalid"""
    told = account.refused(400, "POST", "/v1/customers", "email=jenny")
    assert told["message"] == "Invalid email address: jenny"
    assert (told["code"], told["param"]) == ("email_invalid", "email")


@pytest.mark.parametrize(
    ("form", "message"),
    [
        (
            {f"metadata[{'k' * 41}]": "v"},
            "Metadata keys can have up to 40 characters, but you passed in a key that is 41"
            f" characters. Invalid key: {'k' * 41}",
        ),
        (
            {"metadata[k]": "v" * 501},
            "Metadata values can have up to 500 characters, but you passed in a value that is 501"
            f" characters. Invalid value: {'v' * 501}",
        ),
        ({f"metadata[{n}]": "v" for n in range(51)}, "Metadata can have up to 50 keys."),
    ],
    ids=["key", "value", "keys"],
)
def test_metadata_has_its_limits(account: Account, form: dict[str, str], message: str) -> None:
    """Source: https://docs.stripe.com/api/metadata

    Divergence: Stripe's wording about too many keys isn't published.
    """
    told = account.refused(400, "POST", "/v1/customers", form)
    assert (told["message"], told["param"]) == (message, "metadata")


def test_metadata_keys_can_be_numbers(account: Account) -> None:
    """Source: https://docs.stripe.com/api/metadata"""
    made = account.call("POST", "/v1/customers", "metadata[0]=a&metadata[2024]=b").json()
    assert made["metadata"] == {"0": "a", "2024": "b"}


def test_a_deleted_customer_leaves_a_stub_and_ends_what_they_had(account: Account) -> None:
    """Source: https://docs.stripe.com/api/customers/delete"""
    customers = account.client.v1.customers
    id = customers.create({"payment_method": "pm_card_visa"}).id
    customers.tax_ids.create(id, {"type": "eu_vat", "value": "DE123456789"})
    stub = {"id": id, "object": "customer", "deleted": True}
    assert plain(customers.delete(id)) == stub
    assert plain(customers.retrieve(id)) == stub
    assert account.types()[-2:] == ["payment_method.detached", "customer.deleted"]
    assert customers.list().data == []
    for method, form in (("DELETE", None), ("POST", "name=x")):
        told = account.refused(404, method, f"/v1/customers/{id}", form)
        assert told["message"] == f"No such customer: '{id}'"
    told = account.refused(400, "POST", "/v1/billing_portal/sessions", {"customer": id})
    assert (told["code"], told["param"]) == ("resource_missing", "customer")


def test_customers_are_listed_by_their_exact_email(account: Account) -> None:
    """Source: https://docs.stripe.com/api/customers/list"""
    customers = account.client.v1.customers
    one = customers.create({"email": "Jenny@acme.com"}).id
    customers.create({"email": "other@acme.com"})
    assert [each.id for each in customers.list({"email": "Jenny@acme.com"}).data] == [one]
    assert customers.list({"email": "jenny@acme.com"}).data == []


def test_customers_of_a_test_clock_are_listed_only_when_asked_for(account: Account) -> None:
    """Source: https://docs.stripe.com/api/customers/list#list_customers-test_clock"""
    client = account.client.v1
    clock = client.test_helpers.test_clocks.create({"frozen_time": NOW - 86400}).id
    theirs = client.customers.create({"test_clock": clock})
    mine = client.customers.create()
    assert (theirs.test_clock, theirs.created) == (clock, NOW - 86400)
    assert [each.id for each in client.customers.list().data] == [mine.id]
    assert [each.id for each in client.customers.list({"test_clock": clock}).data] == [theirs.id]


def test_a_payment_method_comes_with_a_new_customer(account: Account) -> None:
    """Source: https://docs.stripe.com/api/customers/create#create_customer-payment_method"""
    made = account.client.v1.customers.create(
        {
            "payment_method": "pm_card_visa",
            "invoice_settings": {"default_payment_method": "pm_card_visa"},
        }
    )
    settings = made.invoice_settings
    assert settings is not None
    theirs = account.client.v1.customers.payment_methods.list(made.id).data
    assert [each.id for each in theirs] == [settings.default_payment_method]
    assert account.types() == ["customer.created", "payment_method.attached"]


def test_a_default_payment_method_must_be_the_customers(account: Account) -> None:
    """Source: https://docs.stripe.com/api/customers/update"""
    id = account.client.v1.customers.create().id
    method = account.client.v1.payment_methods.create(
        {"type": "card", "card": {"token": "tok_visa"}}
    )
    told = account.refused(
        400,
        "POST",
        f"/v1/customers/{id}",
        {"invoice_settings[default_payment_method]": method.id},
    )
    assert told["code"] == "resource_missing"
    assert told["param"] == "invoice_settings[default_payment_method]"
    assert told["message"] == (
        f"The customer does not have a payment method with the ID {method.id}. The payment method"
        " must be attached to the customer."
    )


def test_a_card_that_cannot_be_attached_makes_no_customer(account: Account) -> None:
    """Source: https://docs.stripe.com/testing#declined-payments"""
    told = account.refused(
        402, "POST", "/v1/customers", {"payment_method": "pm_card_chargeDeclined"}
    )
    assert (told["type"], told["code"]) == ("card_error", "card_declined")
    assert account.client.v1.customers.list().data == []
    assert account.types() == []


@pytest.mark.parametrize("version", [OLD, NEW])
def test_a_customers_discount_is_shown_as_the_version_has_it(
    account: Account, version: str
) -> None:
    """Source: https://docs.stripe.com/changelog/clover/2025-09-30/add-discount-source-property"""
    coupon = account.client.v1.coupons.create({"percent_off": 10, "duration": "forever"}).id
    id = account.call("POST", "/v1/customers", {"coupon": coupon}).json()["id"]
    shown = account.fetch(f"/v1/customers/{id}", version)["discount"]
    assert shown["customer"] == id
    if version == OLD:
        assert shown["coupon"]["id"] == coupon
        assert "source" not in shown
    else:
        assert shown["source"] == {"coupon": coupon, "type": "coupon"}
        assert "coupon" not in shown


def test_a_customers_discount_is_taken_away(account: Account) -> None:
    """Source: https://docs.stripe.com/api/discounts/delete"""
    coupon = account.client.v1.coupons.create({"percent_off": 10, "duration": "forever"}).id
    id = account.call("POST", "/v1/customers", {"coupon": coupon}).json()["id"]
    gone = plain(account.client.v1.customers.delete_discount(id))
    assert (gone["object"], gone["deleted"]) == ("discount", True)
    assert account.fetch(f"/v1/customers/{id}")["discount"] is None
    types = [each for each in account.types() if "discount" in each]
    assert types == ["customer.discount.created", "customer.discount.deleted"]
    told = account.refused(404, "DELETE", f"/v1/customers/{id}/discount")
    assert told["message"] == f"No active discount for customer: {id}"


def test_a_customer_is_switched_from_one_coupon_to_another(account: Account) -> None:
    """Source: https://docs.stripe.com/api/events/types#event_types-customer.discount.updated"""
    coupons = account.client.v1.coupons
    one, two = (coupons.create({"percent_off": off, "duration": "forever"}).id for off in (5, 9))
    id = account.call("POST", "/v1/customers", {"coupon": one}).json()["id"]
    changed = account.call("POST", f"/v1/customers/{id}", {"coupon": two}).json()
    assert changed["discount"]["coupon"]["id"] == two
    told = account.events("customer.discount.updated")[0]["data"]
    assert told["previous_attributes"]["coupon"]["id"] == one
    unset = account.call("POST", f"/v1/customers/{id}", "coupon=").json()
    assert unset["discount"] is None
    types = [each for each in account.types() if "discount" in each]
    assert types == [f"customer.discount.{each}" for each in ("created", "updated", "deleted")]


def test_what_a_customer_has_is_there_only_when_expanded(account: Account) -> None:
    """Source: https://docs.stripe.com/api/customers/object (expandable fields)"""
    customers = account.client.v1.customers
    made = customers.create({"tax_id_data": [{"type": "us_ein", "value": "12-3456789"}]})
    shown = plain(customers.retrieve(made.id))
    assert not {"sources", "subscriptions", "tax_ids", "tax"} & set(shown)
    shown = plain(
        customers.retrieve(made.id, {"expand": ["sources", "tax_ids", "tax", "subscriptions"]})
    )
    assert shown["sources"]["data"] == []
    assert [each["value"] for each in shown["tax_ids"]["data"]] == ["12-3456789"]
    assert shown["tax"]["ip_address"] is None
    assert shown["subscriptions"]["data"] == []
