"""Disputes and failed refunds of each kind of charge, and who pays for them.

Source: https://docs.stripe.com/connect/disputes
"""

from typing import Any

import pytest

from mirra_mcp.wire.model import Doc
from tests.local.mirrors.stripe.client import Account, plain
from tests.local.mirrors.stripe.connect.test_money import FEE, acting, book, paid, worth
from tests.local.mirrors.stripe.connect.test_onboarding import opened

DISPUTED = "pm_card_createDispute"
MANUAL: Any = {"payouts": {"schedule": {"interval": "manual"}}}


@pytest.fixture
def seller(account: Account) -> str:
    """A custom account, for whose losses the platform is liable."""
    return str(opened(account, settings=MANUAL)["id"])


def reserved(account: Account) -> int:
    balance = plain(account.client.v1.balance.retrieve())
    return sum(each["amount"] for each in balance["connect_reserved"])


def disputed(account: Account, kind: str, seller: str) -> Doc:
    """Sell something whose payer disputes it, by one kind of charge."""
    if kind == "direct":
        return paid(account, seller, payment_method=DISPUTED)
    if kind == "destination":
        return paid(account, payment_method=DISPUTED, transfer_data={"destination": seller})
    charge = paid(account, payment_method=DISPUTED)
    form: Any = {"amount": 9000, "currency": "usd", "destination": seller}
    account.client.v1.transfers.create({**form, "source_transaction": charge["id"]})  # type: ignore[typeddict-item]
    return charge


@pytest.mark.parametrize(
    ("kind", "platform", "theirs"),
    [
        ("direct", 0, 10000 - FEE - 10000 - 1500),
        ("destination", 10000 - FEE - 10000 - 10000 - 1500, 10000),
        ("separate", 10000 - FEE - 9000 - 10000 - 1500, 9000),
    ],
)
def test_a_dispute_is_taken_from_whoever_made_the_charge(
    account: Account, seller: str, kind: str, platform: int, theirs: int
) -> None:
    """Source: https://docs.stripe.com/connect/disputes"""
    disputed(account, kind, seller)
    account.advance("4 days")
    assert worth(account, seller) == theirs
    assert worth(account) + reserved(account) == platform
    assert reserved(account) == max(0, -theirs)


def test_a_platform_takes_a_lost_destination_charge_back_by_reversing_its_transfer(
    account: Account, seller: str
) -> None:
    """Source: https://docs.stripe.com/disputes/connect"""
    charge = disputed(account, "destination", seller)
    account.client.v1.transfers.reversals.create(charge["transfer"])
    assert worth(account, seller) == 0
    assert worth(account) == -FEE - 1500


def test_a_refund_that_fails_comes_back_to_the_platform(account: Account, seller: str) -> None:
    """Source: https://docs.stripe.com/connect/destination-charges#issue-refunds"""
    share: Any = {"destination": seller}
    charge = paid(account, payment_method="pm_card_refundFail", transfer_data=share)
    form: Any = {"charge": charge["id"], "reverse_transfer": True}
    refund = account.client.v1.refunds.create(form)
    assert (worth(account), worth(account, seller)) == (-FEE, 0)
    account.advance("3s")
    assert account.client.v1.refunds.retrieve(refund.id).status == "failed"
    assert (worth(account), worth(account, seller)) == (10000 - FEE, 0)


def test_a_platform_holds_in_reserve_what_its_accounts_owe(account: Account, seller: str) -> None:
    """Source: https://support.stripe.com/questions/connect-reserves-faq"""
    paid(account)
    charge = paid(account, seller)
    money: Any = {"amount": 10000 - FEE, "currency": "usd"}
    account.client.v1.payouts.create(money, acting(seller))
    account.client.v1.refunds.create({"charge": charge["id"], "amount": 4000}, acting(seller))
    assert worth(account, seller) == -4000
    assert (worth(account), reserved(account)) == (10000 - FEE - 4000, 4000)
    assert book(account)[-1] == ("reserve_transaction", -4000, 0)
    gift: Any = {"amount": 1000, "currency": "usd", "destination": seller}
    account.client.v1.transfers.create(gift)
    assert (worth(account), reserved(account)) == (10000 - FEE - 1000 - 3000, 3000)
    account.advance("181 days")
    assert (worth(account, seller), reserved(account)) == (0, 0)
    assert worth(account) == 10000 - FEE - 4000
    assert book(account, seller)[-1] == ("connect_collection_transfer", 3000, 0)


def test_stripe_bears_what_other_accounts_owe(account: Account) -> None:
    """Source: https://docs.stripe.com/connect/disputes"""
    seller = account.client.v1.accounts.create({"type": "standard", "settings": MANUAL}).id
    account.simulate("account.onboarded", account=seller)
    paid(account, seller, payment_method=DISPUTED)
    assert worth(account, seller) < 0
    assert reserved(account) == 0


@pytest.mark.parametrize("number", ["000123456789", "000222222227"])
def test_a_bank_account_is_debited_where_it_may_be(account: Account, number: str) -> None:
    """Source: https://docs.stripe.com/api/accounts/object (debit_negative_balances)"""
    settings: Any = {"payouts": {**MANUAL["payouts"], "debit_negative_balances": True}}
    bank: Any = {
        "object": "bank_account",
        "country": "US",
        "currency": "usd",
        "routing_number": "110000000",
        "account_number": number,
    }
    seller = str(opened(account, settings=settings, external_account=bank)["id"])
    paid(account, seller, payment_method=DISPUTED)
    owed = worth(account, seller)
    account.advance("3s")
    (debit,) = account.client.v1.payouts.list({}, acting(seller)).data
    assert debit.amount == owed < 0
    account.advance("7 days")
    debit = account.client.v1.payouts.retrieve(debit.id, {}, acting(seller))
    if number == "000123456789":
        assert (debit.status, worth(account, seller)) == ("paid", 0)
    else:
        assert (debit.status, debit.failure_code) == ("failed", "insufficient_funds")
        assert worth(account, seller) == owed
        assert len(account.client.v1.payouts.list({}, acting(seller)).data) == 1
