"""Payouts of connected accounts: by schedule, to their own banks.

Source: https://docs.stripe.com/connect/manage-payout-schedule
"""

from typing import Any

import pytest
import stripe

from tests.local.mirrors.stripe.client import Account, plain
from tests.local.mirrors.stripe.connect.test_money import acting, paid, worth
from tests.local.mirrors.stripe.connect.test_onboarding import BANK, opened

EARNED = 10000 - 320


def scheduled(account: Account, **schedule: Any) -> str:
    """A connected account that is paid out so."""
    settings: Any = {"payouts": {"schedule": schedule}}
    id: str = opened(account, settings=settings)["id"]
    return id


def payouts(account: Account, seller: str) -> list[tuple[int, str, bool]]:
    found = account.client.v1.payouts.list({}, acting(seller)).data
    return [(each.amount, each.status, each.automatic) for each in found]


def test_a_daily_schedule_pays_out_what_has_settled(account: Account) -> None:
    """Source: https://docs.stripe.com/connect/manage-payout-schedule"""
    seller = scheduled(account, interval="daily")
    paid(account, seller, payment_method="pm_card_visa")
    account.advance("1d")
    assert payouts(account, seller) == []
    account.advance("7d")
    assert payouts(account, seller) == [(EARNED, "paid", True)]
    assert worth(account, seller) == 0
    types = [each.type for each in account.client.v1.events.list({}, acting(seller)).data]
    assert types.index("payout.paid") < types.index("payout.created")


def test_a_daily_schedule_pays_out_what_was_available_at_once(account: Account) -> None:
    """Source: https://docs.stripe.com/connect/manage-payout-schedule"""
    seller = scheduled(account, interval="manual")
    paid(account)
    account.client.v1.transfers.create({"amount": 2000, "currency": "usd", "destination": seller})
    account.advance("2d")
    assert payouts(account, seller) == []
    daily: Any = {"settings": {"payouts": {"schedule": {"interval": "daily"}}}}
    account.client.v1.accounts.update(seller, daily)
    assert payouts(account, seller) == []
    account.advance("1d")
    assert [each[::2] for each in payouts(account, seller)] == [(2000, True)]
    account.client.v1.transfers.create({"amount": 300, "currency": "usd", "destination": seller})
    account.advance("1d")
    assert [each[0] for each in payouts(account, seller)] == [300, 2000]
    account.client.v1.transfers.create({"amount": 500, "currency": "usd", "destination": seller})
    monthly: Any = {"interval": "monthly", "monthly_anchor": 20}
    account.client.v1.accounts.update(seller, {"settings": {"payouts": {"schedule": monthly}}})
    account.advance("5d")
    assert worth(account, seller) == 500
    account.advance("10d")
    assert worth(account, seller) == 0


def test_a_longer_delay_holds_the_money_back(account: Account) -> None:
    """Source: https://docs.stripe.com/connect/manage-payout-schedule"""
    seller = scheduled(account, interval="daily", delay_days=10)
    paid(account, seller, payment_method="pm_card_visa")
    account.advance("8d")
    assert payouts(account, seller) == []
    account.advance("14d")
    assert payouts(account, seller) == [(EARNED, "paid", True)]


def test_a_monthly_schedule_waits_for_its_day(account: Account) -> None:
    """Source: https://docs.stripe.com/connect/manage-payout-schedule"""
    seller = scheduled(account, interval="monthly", monthly_anchor=31)
    paid(account, seller, payment_method="pm_card_visa")
    account.advance("20d")
    assert payouts(account, seller) == []
    account.advance("15d")
    (made,) = account.client.v1.payouts.list({}, acting(seller)).data
    (bank,) = account.client.v1.accounts.external_accounts.list(seller).data
    assert (made.amount, made.destination) == (EARNED, bank.id)


def test_a_manual_schedule_waits_to_be_asked(account: Account) -> None:
    """Source: https://docs.stripe.com/connect/manual-payouts"""
    seller = scheduled(account, interval="manual")
    paid(account, seller)
    account.advance("30d")
    assert payouts(account, seller) == []
    form: Any = {"amount": 5000, "currency": "usd"}
    made = account.client.v1.payouts.create(form, acting(seller))
    assert (made.amount, made.automatic) == (5000, False)
    with pytest.raises(stripe.InvalidRequestError, match="in that currency"):
        account.client.v1.payouts.create({"amount": 1, "currency": "eur"}, acting(seller))
    form["destination"] = "ba_none"
    with pytest.raises(stripe.InvalidRequestError, match="No such external account"):
        account.client.v1.payouts.create(form, acting(seller))
    assert worth(account, seller) == EARNED - 5000


@pytest.mark.parametrize(
    ("schedule", "param"),
    [
        ("[delay_days]=-1", "settings[payouts][schedule][delay_days]"),
        ("[interval]=weekly", "settings[payouts][schedule][weekly_anchor]"),
        (
            "[interval]=monthly&settings[payouts][schedule][monthly_anchor]=32",
            "settings[payouts][schedule][monthly_anchor]",
        ),
    ],
)
def test_a_schedule_needs_its_anchor(account: Account, schedule: str, param: str) -> None:
    """Source: https://docs.stripe.com/api/accounts/update#update_account-settings-payouts-schedule"""
    seller = account.client.v1.accounts.create({"type": "express"}).id
    form = f"settings[payouts][schedule]{schedule}"
    assert account.refused(400, "POST", f"/v1/accounts/{seller}", form)["param"] == param


def test_a_payout_to_a_closed_bank_account_comes_back(account: Account) -> None:
    """Source: https://docs.stripe.com/connect/testing#account-numbers"""
    bank: Any = {**BANK, "account_number": "000111111113"}
    seller = opened(account, external_account=bank)["id"]
    paid(account, seller, payment_method="pm_card_visa")
    account.advance("7d")
    (made,) = account.client.v1.payouts.list({}, acting(seller)).data
    assert (made.status, made.failure_code) == ("failed", "account_closed")
    assert worth(account, seller) == EARNED
    account.advance("7d")
    assert len(payouts(account, seller)) == 1  # nothing more goes to a bank account that is closed
    (kept,) = account.client.v1.accounts.external_accounts.list(seller).data
    assert plain(kept)["status"] == "errored"


def test_an_account_that_owes_information_is_not_paid_out(account: Account) -> None:
    """Source: https://docs.stripe.com/error-codes#payouts-not-allowed"""
    seller = account.client.v1.accounts.create({"type": "express"}).id
    with pytest.raises(stripe.InvalidRequestError) as caught:
        account.client.v1.payouts.create({"amount": 1, "currency": "usd"}, acting(seller))
    assert caught.value.code == "payouts_not_allowed"
