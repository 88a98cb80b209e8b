"""Cards and bank accounts of customers, as older integrations keep and charge them."""

from typing import Any

import pytest
import stripe

from tests.local.mirrors.stripe.client import Account
from tests.local.mirrors.stripe.payments.paying import new_customer

NUMBERS = {"account_number": "000123456789", "routing_number": "110000000"}


def token(account: Account, **bank: Any) -> str:
    """Make a token of a bank account in the United States."""
    given: Any = {"country": "US", "currency": "usd", "account_holder_name": "Ada", **NUMBERS}
    made: Any = {"bank_account": {**given, "account_holder_type": "individual", **bank}}
    return account.client.v1.tokens.create(made).id


def banked(account: Account, source: Any = None) -> tuple[str, Any]:
    """Make a customer with a bank account, a verified one unless another source is given."""
    ada = new_customer(account)
    form: Any = {"source": source or "btok_us_verified"}
    return ada, account.client.v1.customers.payment_sources.create(ada, form)


def test_a_bank_account_is_verified_by_the_amounts_that_were_sent(account: Account) -> None:
    """Source: https://docs.stripe.com/api/customer_bank_accounts/verify"""
    sources: Any = account.client.v1.customers.payment_sources
    ada, bank = banked(account, token(account))
    assert (bank.object, bank.status, bank.last4, bank.account_holder_name) == (
        "bank_account",
        "new",
        "6789",
        "Ada",
    )
    assert account.client.v1.customers.retrieve(ada).default_source == bank.id
    whole = account.fetch(f"/v1/customers/{ada}?expand[]=default_source")["default_source"]
    assert (whole["id"], whole["object"]) == (bank.id, "bank_account")
    form: Any = {"amount": 500, "currency": "usd", "customer": ada}
    with pytest.raises(stripe.InvalidRequestError) as told:
        account.client.v1.charges.create(form)
    assert told.value.code == "bank_account_unverified"
    with pytest.raises(stripe.StripeError) as wrong:
        sources.verify(ada, bank.id, {"amounts": [1, 2]})
    assert (wrong.value.http_status, wrong.value.code) == (402, "bank_account_verification_failed")
    assert sources.verify(ada, bank.id, {"amounts": [45, 32]}).status == "verified"
    (event,) = account.events("customer.source.updated")
    assert event["data"]["previous_attributes"] == {"status": "new"}
    with pytest.raises(stripe.InvalidRequestError):
        sources.verify(ada, bank.id, {"amounts": [32, 45]})


def test_ten_wrong_answers_end_a_verification(account: Account) -> None:
    """Source: https://docs.stripe.com/api/customer_bank_accounts/object (status)"""
    ada, bank = banked(account, {"object": "bank_account", "country": "US", **NUMBERS})
    path = f"/v1/customers/{ada}/bank_accounts/{bank.id}"
    for _ in range(10):
        account.refused(402, "POST", f"{path}/verify", "amounts[]=1&amounts[]=2")
    assert account.fetch(path)["status"] == "verification_failed"
    account.refused(402, "POST", f"{path}/verify", "amounts[]=32&amounts[]=45")


@pytest.mark.parametrize(
    ("number", "failure"), [("000123456789", None), ("000222222227", "insufficient_funds")]
)
def test_a_verified_bank_account_is_charged_and_pays_or_fails_later(
    account: Account, number: str, failure: str | None
) -> None:
    """Source: https://docs.stripe.com/ach-deprecated"""
    sources: Any = account.client.v1.customers.payment_sources
    ada, bank = banked(account, token(account, account_number=number))
    sources.verify(ada, bank.id, {"amounts": [32, 45]})
    form: Any = {"amount": 500, "currency": "usd", "customer": ada, "source": bank.id}
    charge: Any = account.client.v1.charges.create(form)
    assert (charge.status, charge.paid, charge.source.id) == ("pending", False, bank.id)
    assert charge.payment_method_details.ach_debit.last4 == number[-4:]
    account.advance("3 seconds")
    done = account.client.v1.charges.retrieve(charge.id)
    assert (done.status, done.failure_code) == ("failed" if failure else "succeeded", failure)
    assert account.types()[-1] == ("charge.failed" if failure else "charge.succeeded")
    if failure is None:
        account.client.v1.refunds.create({"charge": charge.id})


def test_a_bank_account_is_changed_listed_and_removed(account: Account) -> None:
    """Source: https://docs.stripe.com/api/customer_bank_accounts"""
    sources: Any = account.client.v1.customers.payment_sources
    ada, bank = banked(account)
    assert bank.status == "verified"
    card = sources.create(ada, {"source": "tok_visa"})
    changed = sources.update(ada, bank.id, {"account_holder_name": "Ida", "metadata": {"a": "1"}})
    assert (changed.account_holder_name, changed.metadata.to_dict()) == ("Ida", {"a": "1"})
    with pytest.raises(stripe.InvalidRequestError):
        sources.update(ada, bank.id, {"exp_month": 2})
    only = sources.list(ada, {"object": "bank_account"}).data
    assert [each.id for each in only] == [bank.id]
    assert {each.id for each in sources.list(ada).data} == {bank.id, card.id}
    older = account.fetch(f"/v1/customers/{ada}/bank_accounts")
    assert [each["id"] for each in older["data"]] == [bank.id]
    gone = sources.delete(ada, bank.id)
    assert (gone.deleted, gone.object) == (True, "bank_account")
    assert account.client.v1.customers.retrieve(ada).default_source == card.id


def test_bank_accounts_refuse_what_cannot_be(account: Account) -> None:
    """Source: https://docs.stripe.com/error-codes"""
    ada, _ = banked(account)
    path = f"/v1/customers/{ada}/bank_accounts"
    data = (
        "source[object]=bank_account&source[country]=US&source[account_number]=000123456789"
        "&source[routing_number]=110000000"
    )
    for form, code in (
        (data, "bank_account_exists"),
        ("source=btok_us_verified", "bank_account_exists"),
        ("source=btok_x", "resource_missing"),
        ("", "parameter_missing"),
        (data.replace("000123456789", "DE12"), "account_number_invalid"),
        (data.replace("110000000", "11"), "routing_number_invalid"),
        (data.replace("US", "Germany"), "country_code_invalid"),
        ("source[object]=bank_account", "parameter_missing"),
    ):
        assert account.refused(400, "POST", path, form)["code"] == code, form
    spent = token(account, account_number="000111111116")
    assert account.call("POST", path, f"source={spent}").is_success
    assert account.refused(400, "POST", path, f"source={spent}")["code"] == "token_already_used"
    card = account.call("POST", f"/v1/customers/{ada}/sources", "source=tok_visa").json()["id"]
    account.refused(400, "POST", f"/v1/customers/{ada}/sources/{card}/verify", "amounts[]=1")


def test_a_card_source_is_charged_once_or_kept_by_a_customer(account: Account) -> None:
    """Source: https://docs.stripe.com/sources/customers"""
    api: Any = account.client.v1
    made = api.sources.create({"type": "card", "token": "tok_visa", "owner": {"email": "a@b.io"}})
    assert (made.object, made.status, made.usage, made.card.brand, made.owner.email) == (
        "source",
        "chargeable",
        "reusable",
        "Visa",
        "a@b.io",
    )
    assert account.types()[-1] == "source.chargeable"
    charge = {"amount": 900, "currency": "usd", "source": made.id}
    assert api.charges.create(charge).source.object == "source"
    assert api.sources.retrieve(made.id).status == "consumed"
    with pytest.raises(stripe.InvalidRequestError, match="consumed"):
        api.charges.create(charge)
    ada = new_customer(account)
    kept = api.sources.create({"type": "card", "token": "tok_mastercard"}).id
    shown = api.customers.payment_sources.create(ada, {"source": kept})
    assert (shown.id, shown.customer) == (kept, ada)
    assert api.customers.retrieve(ada).default_source == kept
    for _ in range(2):
        assert api.charges.create({"amount": 900, "currency": "usd", "customer": ada}).paid
    with pytest.raises(stripe.InvalidRequestError, match="attached to a customer"):
        api.charges.create({**charge, "source": kept})
    changed = api.sources.update(kept, {"metadata": {"a": "1"}, "owner": {"name": "Ada"}})
    assert (changed.metadata.to_dict(), changed.owner.name) == ({"a": "1"}, "Ada")
    assert api.sources.detach(ada, kept).status == "consumed"
    assert api.customers.retrieve(ada).default_source is None


def test_a_sepa_source_pays_later(account: Account) -> None:
    """Source: https://docs.stripe.com/sources (sepa_debit)"""
    api: Any = account.client.v1
    iban = {"iban": "DE89370400440532013000"}
    owner = {"name": "Ada", "email": "ada@example.com"}
    form = {"type": "sepa_debit", "sepa_debit": iban, "currency": "eur", "owner": owner}
    made = api.sources.create(form)
    assert (made.sepa_debit.last4, made.sepa_debit.country, made.status) == (
        "3000",
        "DE",
        "chargeable",
    )
    charge = api.charges.create({"amount": 900, "currency": "eur", "source": made.id})
    assert (charge.status, charge.payment_method_details.type) == ("pending", "sepa_debit")
    account.advance("3 seconds")
    assert api.charges.retrieve(charge.id).status == "succeeded"
    assert account.fetch(f"/v1/sources/{made.id}/source_transactions")["data"] == []


def test_sources_refuse_what_cannot_be(account: Account) -> None:
    """Source: https://docs.stripe.com/api/sources/create"""
    for form, param in (
        ("", "type"),
        ("type=bitcoin", "type"),
        ("type=card", "card"),
        ("type=sepa_debit", "sepa_debit"),
        ("type=card&token=tok_x", "token"),
        ("type=card&token=tok_visa&usage=single_use", "amount"),
        ("type=card&token=tok_visa&flow=redirect", "flow"),
        ("type=card&token=tok_visa&owner[email]=no", "owner[email]"),
    ):
        assert account.refused(400, "POST", "/v1/sources", form)["param"] == param, form
    assert (
        account.call("POST", "/v1/sources", "type=ideal&amount=9&currency=eur").status_code == 501
    )
    once = "type=card&token=tok_visa&usage=single_use&amount=900&currency=usd"
    single = account.call("POST", "/v1/sources", once).json()["id"]
    ada = new_customer(account)
    account.refused(400, "POST", f"/v1/customers/{ada}/sources", f"source={single}")
    other = f"amount=901&currency=usd&source={single}"
    assert account.refused(400, "POST", "/v1/charges", other)["param"] == "amount"
    account.refused(400, "POST", f"/v1/sources/{single}/verify", "values[]=1")
    assert account.refused(404, "GET", "/v1/sources/src_x")["code"] == "resource_missing"
    account.refused(400, "GET", f"/v1/sources/{single}?client_secret=no")
