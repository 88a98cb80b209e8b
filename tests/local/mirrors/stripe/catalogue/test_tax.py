"""Stripe Tax: settings, registrations, calculations, transactions, and taxes on what is sold.

The rates are the mirror's own small table (`docs/stripe.md`).
"""

from typing import Any

import pytest
import stripe

from mirra_mcp.local.mirrors.stripe.catalogue.tax.jurisdictions import told
from tests.local.mirrors.stripe.client import NOW, Account, plain
from tests.standing.project import ROOT

BERLIN = {"line1": "Unter den Linden 1", "city": "Berlin", "postal_code": "10117", "country": "DE"}
AUSTIN = {"line1": "1 Main St", "city": "Austin", "postal_code": "78701", "country": "US"}
HALF = 43_200


def set_up(account: Account, *places: str) -> None:
    """Give the account a head office in San Francisco, and registrations: `US-TX`, `DE`."""
    tax = account.client.v1.tax
    office: Any = {"country": "US", "state": "CA", "postal_code": "94107", "line1": "1 Market St"}
    tax.settings.update({"head_office": {"address": office}})
    for place in places:
        country, _, state = place.partition("-")
        options: Any = {"type": "standard"}
        if country == "US":
            options = {"type": "state_sales_tax", "state": state}
        elif country == "CA":
            options = {"type": "province_standard", "province_standard": {"province": state}}
        elif state:
            options = {"type": state.lower()}
        form: Any = {
            "country": country,
            "country_options": {country.lower(): options},
            "active_from": "now",
        }
        tax.registrations.create(form)


def calculated(account: Account, address: Any, **more: Any) -> Any:
    """Calculate the taxes of one thing for 10.00."""
    item = {"amount": 1000, "reference": "L1", **more.pop("item", {})}
    details = {"address": address, "address_source": "billing", **more.pop("details", {})}
    form: Any = {"currency": "usd", "line_items": [item], "customer_details": details, **more}
    return account.client.v1.tax.calculations.create(form)


def test_settings_are_pending_until_there_is_a_head_office(account: Account) -> None:
    """Source: https://docs.stripe.com/tax/settings-api"""
    tax = account.client.v1.tax
    pending = plain(tax.settings.retrieve())
    assert (pending["status"], pending["status_details"]) == (
        "pending",
        {"pending": {"missing_fields": ["head_office"]}},
    )
    line = "line_items[0][price_data][currency]=usd&line_items[0][price_data][unit_amount]=900"
    line += "&line_items[0][price_data][product_data][name]=Pen&line_items[0][quantity]=1"
    session = f"mode=payment&{line}&success_url=https://acme.com&automatic_tax[enabled]=true"
    told = account.refused(400, "POST", "/v1/checkout/sessions", session)
    assert told["code"] == "stripe_tax_inactive"
    assert told["message"].startswith("You must have a valid head office address")
    set_up(account)
    account.call("POST", "/v1/tax/settings", "defaults[tax_behavior]=inclusive")
    active = plain(tax.settings.retrieve())
    assert active["status"] == "active"
    assert active["head_office"]["address"]["state"] == "CA"
    assert active["defaults"]["tax_behavior"] == "inclusive"
    assert account.call("POST", "/v1/checkout/sessions", session).is_success
    assert account.types().count("tax.settings.updated") == 2


def test_a_registration_is_scheduled_active_and_expired(account: Account) -> None:
    """Source: https://docs.stripe.com/api/tax/registrations/object#tax_registration_object-status"""
    noun = account.client.v1.tax.registrations
    options: Any = {"us": {"type": "state_sales_tax", "state": "TX"}}
    made = noun.create({"country": "US", "country_options": options, "active_from": NOW + HALF})
    assert (made.status, made.active_from) == ("scheduled", NOW + HALF)
    account.advance("13h")
    assert noun.retrieve(made.id).status == "active"
    assert noun.update(made.id, {"expires_at": "now"}).status == "expired"
    assert [each.id for each in noun.list({"status": "expired"}).data] == [made.id]
    assert noun.list({"status": "active"}).data == []
    told = account.refused(
        400,
        "POST",
        "/v1/tax/registrations",
        "country=US&active_from=now&country_options[us][type]=state_sales_tax",
    )
    assert told["param"] == "country_options[us][state]"


def test_tax_is_collected_where_the_account_is_registered_and_nowhere_else(
    account: Account,
) -> None:
    """Source: https://docs.stripe.com/tax/zero-tax"""
    set_up(account, "US-TX", "US-CA", "CA-BC")
    taxed = calculated(account, AUSTIN)
    assert (taxed.tax_amount_exclusive, taxed.amount_total) == (63, 1063)
    (row,) = plain(taxed)["tax_breakdown"]
    assert row["tax_rate_details"] == {
        "country": "US",
        "flat_amount": None,
        "percentage_decimal": "6.25",
        "rate_type": "percentage",
        "state": "TX",
        "tax_type": "sales_tax",
    }
    assert (row["taxability_reason"], row["taxable_amount"]) == ("standard_rated", 1000)
    vancouver = calculated(account, {"country": "CA", "postal_code": "V6B 1A1"})
    assert sorted(each.amount for each in vancouver.tax_breakdown) == [50, 70]
    berlin = calculated(account, BERLIN)
    (row,) = plain(berlin)["tax_breakdown"]
    assert (row["amount"], row["taxability_reason"]) == (0, "not_collecting")
    exempt = {"product_exempt": {"tax_code": "txcd_10103001"}, "standard_rated": {}}
    for reason, item in exempt.items():
        (row,) = calculated(
            account, {"country": "US", "postal_code": "94107"}, item=item
        ).tax_breakdown
        assert row.taxability_reason == reason
    (row,) = calculated(account, {"country": "US", "postal_code": "97201"}).tax_breakdown
    assert row.taxability_reason == "not_subject_to_tax"


def test_inclusive_prices_contain_their_tax_and_businesses_abroad_reverse_it(
    account: Account,
) -> None:
    """Source: https://docs.stripe.com/tax/zero-tax#reverse-charges"""
    set_up(account, "DE-OSS_UNION")
    inside = calculated(account, BERLIN, item={"tax_behavior": "inclusive", "amount": 1190})
    assert (inside.amount_total, inside.tax_amount_inclusive) == (1190, 190)
    paris = calculated(account, {"country": "FR"}, item={"tax_code": "txcd_35010000"})
    (row,) = paris.tax_breakdown
    assert (row.amount, row.taxability_reason) == (55, "reduced_rated")
    ids = [{"type": "eu_vat", "value": "DE123456789"}]
    for details, reason in (
        ({"tax_ids": ids}, "reverse_charge"),
        ({"taxability_override": "customer_exempt"}, "customer_exempt"),
        ({}, "standard_rated"),
    ):
        (row,) = calculated(account, BERLIN, details=details).tax_breakdown
        assert row.taxability_reason == reason


@pytest.mark.parametrize(
    "address",
    [{"country": "US", "state": "TX"}, {"country": "CA"}, {"country": "US", "postal_code": "1"}],
)
def test_a_place_that_says_too_little_is_refused(account: Account, address: Any) -> None:
    """Source: https://docs.stripe.com/tax/customer-locations"""
    set_up(account, "US-TX")
    with pytest.raises(stripe.InvalidRequestError) as told:
        calculated(account, address)
    assert told.value.code == "customer_tax_location_invalid"


def test_a_calculation_becomes_a_transaction_that_is_reversed_in_parts(account: Account) -> None:
    """Source: https://docs.stripe.com/tax/custom"""
    tax = account.client.v1.tax
    set_up(account, "US-TX")
    made = calculated(account, AUSTIN, shipping_cost={"amount": 500})
    assert (made.amount_total, made.shipping_cost and made.shipping_cost.amount_tax) == (1594, 31)
    lines = tax.calculations.line_items.list(str(made.id)).data
    assert [(line.reference, line.amount_tax) for line in lines] == [("L1", 63)]
    form: Any = {"calculation": made.id, "reference": "order_1", "expand": ["line_items"]}
    sold = tax.transactions.create_from_calculation(form)
    assert (sold.type, sold.posted_at) == ("transaction", NOW)
    with pytest.raises(stripe.InvalidRequestError, match="unique"):
        tax.transactions.create_from_calculation(form)
    line = sold.line_items.data[0] if sold.line_items else None
    assert line is not None
    back: Any = {
        "mode": "partial",
        "original_transaction": sold.id,
        "reference": "refund_1",
        "line_items": [
            {
                "amount": -400,
                "amount_tax": -25,
                "original_line_item": line.id,
                "reference": "L1-refund",
            }
        ],
    }
    part = tax.transactions.create_reversal(back)
    assert plain(part)["reversal"] == {"original_transaction": sold.id}
    again: Any = {**back, "reference": "refund_2"}
    again["line_items"] = [{**back["line_items"][0], "amount": -601}]
    with pytest.raises(stripe.InvalidRequestError, match="only 600 is left") as refusal:
        tax.transactions.create_reversal(again)
    assert refusal.value.param == "line_items[0][amount]"
    flat: Any = {
        "mode": "partial",
        "original_transaction": sold.id,
        "reference": "flat",
        "flat_amount": -531,
    }
    spread = tax.transactions.create_reversal(flat)
    rows = tax.transactions.line_items.list(spread.id).data
    cost = spread.shipping_cost
    assert cost is not None
    amounts = [*((row.amount, row.amount_tax) for row in rows), (cost.amount, cost.amount_tax)]
    assert sum(sum(each) for each in amounts) == -531
    rest: Any = {"mode": "full", "original_transaction": sold.id, "reference": "rest"}
    full = tax.transactions.create_reversal(rest)
    taken = sum(row.amount_tax for row in tax.transactions.line_items.list(full.id).data)
    assert taken == -63 + 25 - rows[0].amount_tax
    more: Any = {**rest, "reference": "more"}
    with pytest.raises(stripe.InvalidRequestError, match="fully reversed"):
        tax.transactions.create_reversal(more)


def test_a_calculation_expires_after_90_days(account: Account) -> None:
    """Source: https://docs.stripe.com/api/tax/calculations/object#tax_calculation_object-expires_at"""
    set_up(account)
    made = calculated(account, AUSTIN)
    assert made.expires_at == NOW + 90 * 86400
    account.advance("91d")
    assert account.call("GET", f"/v1/tax/calculations/{made.id}").status_code == 404
    form: Any = {"calculation": made.id, "reference": "late"}
    with pytest.raises(stripe.InvalidRequestError, match="expired"):
        account.client.v1.tax.transactions.create_from_calculation(form)


def test_tax_codes_are_listed_and_an_unknown_one_is_refused(account: Account) -> None:
    """Source: https://docs.stripe.com/api/tax_codes/list

    Divergence: The mirror lists a few of Stripe's codes; others are taxed as their family is.
    """
    codes = account.client.v1.tax_codes.list({"limit": 3}).data
    assert [each.id for each in codes][:2] == ["txcd_00000000", "txcd_10000000"]
    assert account.client.v1.tax_codes.retrieve("txcd_99999999").name.startswith("General")
    told = account.refused(400, "POST", "/v1/products", "name=Pen&tax_code=books")
    assert (told["message"], told["param"]) == ("No such tax code: 'books'", "tax_code")


def test_a_customer_is_where_shipping_billing_or_their_address_on_the_net_say(
    account: Account,
) -> None:
    """Source: https://docs.stripe.com/tax/customer-locations#address-hierarchy"""
    set_up(account, "US-TX")
    customers = account.client.v1.customers

    def known(**form: Any) -> Any:
        asked: Any = {**form, "expand": ["tax"]}
        made = customers.create(asked)
        told = plain(made)["tax"]
        return told["automatic_tax"], told["location"] and told["location"]["source"]

    shipping = {"name": "Ada", "address": AUSTIN}
    assert known(address=BERLIN, shipping=shipping) == ("supported", "shipping_destination")
    assert known(address=BERLIN) == ("not_collecting", "billing_address")
    assert known(tax={"ip_address": "198.51.100.7"}) == ("not_collecting", "ip_address")
    assert known(name="Ada") == ("unrecognized_location", None)
    assert known(address={"country": "US"}, tax={"ip_address": "192.0.2.1"})[0].startswith("unrec")
    form: Any = {"address": {"country": "US"}, "tax": {"validate_location": "immediately"}}
    with pytest.raises(stripe.InvalidRequestError) as told:
        customers.create(form)
    assert told.value.code == "customer_tax_location_invalid"


def test_the_rates_are_published() -> None:
    """Our own table."""
    page = (ROOT / "docs" / "stripe.md").read_text(encoding="utf-8")
    assert [line for line in told() if f"- {line}\n" not in page] == []
