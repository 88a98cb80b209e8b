"""Customer balances, tax ids and the cards of older integrations.

Source: https://docs.stripe.com/billing/customer/balance
"""

import pytest

from tests.local.mirrors.stripe.client import NOW, Account, plain


@pytest.fixture
def customer(account: Account) -> str:
    return account.client.v1.customers.create({"name": "Jenny"}).id


def test_credit_moves_the_balance_and_is_written_down(account: Account, customer: str) -> None:
    """Source: https://docs.stripe.com/api/customer_balance_transactions/create"""
    transactions = account.client.v1.customers.balance_transactions
    made = account.call(
        "POST",
        f"/v1/customers/{customer}/balance_transactions",
        {"amount": -500, "currency": "usd", "description": "Sorry"},
    ).json()
    assert made == {
        "id": made["id"],
        "object": "customer_balance_transaction",
        "amount": -500,
        "created": NOW,
        "credit_note": None,
        "currency": "usd",
        "customer": customer,
        "description": "Sorry",
        "ending_balance": -500,
        "invoice": None,
        "livemode": False,
        "metadata": {},
        "type": "adjustment",
    }
    assert made["id"].startswith("cbtxn_")
    second = transactions.create(customer, {"amount": 200, "currency": "usd"})
    assert second.ending_balance == -300
    shown = account.client.v1.customers.retrieve(customer)
    assert (shown.balance, shown.currency) == (-300, "usd")
    listed = transactions.list(customer)
    assert [each.id for each in listed.data] == [second.id, made["id"]]
    assert account.types() == ["customer.created", "customer.updated", "customer.updated"]
    changed = transactions.update(customer, second.id, {"metadata": {"why": "x"}})
    assert plain(changed.metadata) == {"why": "x"}


def test_a_balance_is_kept_in_one_currency(account: Account, customer: str) -> None:
    """Source: https://docs.stripe.com/billing/customer/balance

    Divergence: Stripe's wording of this refusal isn't published.
    """
    path = f"/v1/customers/{customer}/balance_transactions"
    account.call("POST", path, {"amount": 5, "currency": "usd"})
    told = account.refused(400, "POST", path, {"amount": 5, "currency": "eur"})
    assert told["param"] == "currency"


def test_a_balance_that_is_set_leaves_a_transaction_of_the_difference(
    account: Account, customer: str
) -> None:
    """Source: https://docs.stripe.com/api/customers/update#update_customer-balance"""
    customers = account.client.v1.customers
    assert customers.update(customer, {"balance": -700}).balance == -700
    customers.update(customer, {"balance": -200})
    rows = customers.balance_transactions.list(customer).data
    assert [(each.amount, each.ending_balance) for each in rows] == [(500, -200), (-700, -700)]


def test_a_tax_id_is_verified_in_a_while(account: Account, customer: str) -> None:
    """Source: https://docs.stripe.com/billing/customer/tax-ids#validation"""
    tax_ids = account.client.v1.customers.tax_ids
    made = account.call(
        "POST", f"/v1/customers/{customer}/tax_ids", {"type": "gb_vat", "value": "000000000"}
    ).json()
    assert made == {
        "id": made["id"],
        "object": "tax_id",
        "country": "GB",
        "created": NOW,
        "customer": customer,
        "livemode": False,
        "owner": {"customer": customer, "type": "customer"},
        "type": "gb_vat",
        "value": "000000000",
        "verification": {"status": "pending", "verified_address": None, "verified_name": None},
    }
    bad = tax_ids.create(customer, {"type": "eu_vat", "value": "111111111"})
    account.advance("1 minute")
    checked = [tax_ids.retrieve(customer, id).verification for id in (made["id"], bad.id)]
    assert [each and each.status for each in checked] == ["verified", "unverified"]
    plain_type = tax_ids.create(customer, {"type": "us_ein", "value": "12-3456789"})
    assert plain_type.verification is not None
    assert plain_type.verification.status == "unavailable"
    gone = plain(tax_ids.delete(customer, bad.id))
    assert gone == {"id": bad.id, "object": "tax_id", "deleted": True}
    assert account.types()[1:] == [
        "customer.tax_id.created",
        "customer.tax_id.created",
        "customer.tax_id.updated",
        "customer.tax_id.updated",
        "customer.tax_id.created",
        "customer.tax_id.deleted",
    ]


def test_a_tax_id_must_have_the_form_of_its_type(account: Account, customer: str) -> None:
    """Source: https://docs.stripe.com/error-codes#tax-id-invalid"""
    path = f"/v1/customers/{customer}/tax_ids"
    told = account.refused(400, "POST", path, {"type": "eu_vat", "value": "x"})
    assert told["message"] == "Invalid value for eu_vat."
    assert (told["code"], told["param"]) == ("tax_id_invalid", "value")
    assert account.refused(400, "POST", path, {"type": "xx", "value": "x"})["param"] == "type"


@pytest.mark.parametrize(
    ("path", "form", "within"),
    [
        ("/v1/customers", "", "tax_id_data[0]"),
        (
            "/v1/tax/calculations",
            "currency=usd&line_items[0][amount]=5&line_items[0][reference]=a"
            "&customer_details[address][country]=IE&customer_details[address_source]=billing&",
            "customer_details[tax_ids][0]",
        ),
        (
            "/v1/invoices/create_preview",
            "invoice_items[0][amount]=5&invoice_items[0][currency]=usd&",
            "customer_details[tax_ids][0]",
        ),
    ],
)
def test_a_tax_id_is_held_to_its_form_wherever_it_is_given(
    account: Account, path: str, form: str, within: str
) -> None:
    """Source: https://docs.stripe.com/tax/standalone-tax-api#tax-ids"""
    form += f"{within}[type]=eu_vat&{within}[value]="
    told = account.refused(400, "POST", path, f"{form}123")
    assert told["message"] == "Invalid value for eu_vat."
    assert (told["code"], told["param"]) == ("tax_id_invalid", f"{within}[value]")
    answer = account.call("POST", path, f"{form}DE123456789")
    assert "tax_id_invalid" not in answer.text


def test_the_account_has_tax_ids_of_its_own(account: Account, customer: str) -> None:
    """Source: https://docs.stripe.com/api/tax_ids/create"""
    tax_ids = account.client.v1.tax_ids
    own = tax_ids.create({"type": "us_ein", "value": "12-3456789"})
    theirs = tax_ids.create(
        {
            "type": "us_ein",
            "value": "12-3456780",
            "owner": {"type": "customer", "customer": customer},
        }
    )
    assert plain(own.owner)["type"] == "self"
    assert own.customer is None
    assert [each.id for each in tax_ids.list().data] == [own.id]
    owned = tax_ids.list({"owner": {"type": "customer", "customer": customer}})
    assert [each.id for each in owned.data] == [theirs.id]
    assert plain(tax_ids.delete(own.id))["deleted"] is True


def test_a_token_becomes_a_card_of_the_customer_and_the_default(
    account: Account, customer: str
) -> None:
    """Source: https://docs.stripe.com/api/cards/create"""
    sources = account.client.v1.customers.payment_sources
    first = plain(sources.create(customer, {"source": "tok_visa"}))
    assert first["id"].startswith("card_")
    assert (first["object"], first["brand"], first["last4"]) == ("card", "Visa", "4242")
    assert first["customer"] == customer
    second = plain(sources.create(customer, {"source": "tok_mastercard"}))
    assert second["brand"] == "MasterCard"
    assert account.client.v1.customers.retrieve(customer).default_source == first["id"]
    listed = sources.list(customer, {"object": "card"})
    assert [each.id for each in listed.data] == [second["id"], first["id"]]
    assert plain(sources.retrieve(customer, first["id"]))["id"] == first["id"]
    path = f"/v1/customers/{customer}/sources/{first['id']}"
    changed = account.call("POST", path, {"name": "J", "exp_year": "2040"}).json()
    assert (changed["name"], changed["exp_year"]) == ("J", 2040)
    gone = plain(sources.delete(customer, first["id"]))
    assert gone == {"id": first["id"], "object": "card", "deleted": True}
    assert account.client.v1.customers.retrieve(customer).default_source == second["id"]
    assert account.types()[1:4] == [
        "payment_method.attached",
        "customer.source.created",
        "customer.updated",
    ]
    told = account.refused(404, "GET", f"/v1/customers/{customer}/sources/{first['id']}")
    assert told["message"] == f"No such source: '{first['id']}'"


def test_a_customers_default_source_is_set_and_expanded(account: Account) -> None:
    """Source: https://docs.stripe.com/api/customers/create#create_customer-source"""
    customers = account.client.v1.customers
    made = customers.create({"source": "tok_visa", "expand": ["default_source"]})
    assert plain(made.default_source)["last4"] == "4242"
    told = account.refused(400, "POST", f"/v1/customers/{made.id}", {"default_source": "card_x"})
    assert (told["code"], told["param"]) == ("resource_missing", "default_source")
