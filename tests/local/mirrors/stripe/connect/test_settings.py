"""Older addresses of accounts, country specs, balance settings.

Source: https://docs.stripe.com/api/balance-settings
"""

from typing import Any

import pytest
import stripe

from tests.local.mirrors.stripe.client import Account, plain
from tests.local.mirrors.stripe.connect.test_money import acting, paid, worth
from tests.local.mirrors.stripe.connect.test_onboarding import BANK, opened


def test_older_addresses_lead_to_the_same(account: Account) -> None:
    """Source: https://github.com/stripe/openapi"""
    seller = opened(account)["id"]
    form = "first_name=Bo&relationship[director]=true"
    made = account.call("POST", f"/v1/accounts/{seller}/people", form).json()
    assert account.fetch(f"/v1/accounts/{seller}/persons/{made['id']}")["first_name"] == "Bo"
    own = {"stripe_account": seller}
    for path in ("people", "persons"):
        shown = account.call("GET", f"/v1/account/{path}", **own).json()["data"]
        assert made["id"] in [each["id"] for each in shown]
    (bank,) = account.call("GET", "/v1/account/bank_accounts", **own).json()["data"]
    assert account.fetch(f"/v1/accounts/{seller}/bank_accounts/{bank['id']}") == bank
    assert account.call("GET", f"/v1/account/external_accounts/{bank['id']}", **own).json() == bank
    cards = account.call("GET", "/v1/account/capabilities/card_payments", **own).json()
    assert cards["account"] == seller
    changed = account.call("POST", "/v1/account", "metadata[a]=1", **own).json()
    assert (changed["id"], changed["metadata"]) == (seller, {"a": "1"})
    gone = account.call("DELETE", f"/v1/account/people/{made['id']}", **own).json()
    assert gone["deleted"] is True


def test_a_rejection_is_taken_back(account: Account) -> None:
    """Source: https://docs.stripe.com/api/account/unreject"""
    accounts, seller = account.client.v1.accounts, opened(account)["id"]
    with pytest.raises(stripe.InvalidRequestError, match="has not been rejected"):
        accounts.unreject(seller)
    assert accounts.reject(seller, {"reason": "fraud_other"}).charges_enabled is False
    back = accounts.unreject(seller)
    assert back.requirements is not None
    assert back.requirements.disabled_reason != "rejected.fraud"
    account.advance("3s")
    assert accounts.retrieve(seller).charges_enabled is True


def test_country_specs_say_what_is_wanted_where(account: Account) -> None:
    """Source: https://docs.stripe.com/api/country_specs"""
    specs = account.client.v1.country_specs
    american = specs.retrieve("US")
    assert american.default_currency == "usd"
    assert "individual.ssn_last_4" in american.verification_fields.individual.minimum
    assert (
        "individual.ssn_last_4" not in specs.retrieve("DE").verification_fields.individual.minimum
    )
    codes = [each.id for each in specs.list({"limit": 20}).auto_paging_iter()]
    assert len(codes) == len(set(codes)) > 40
    assert specs.list({"starting_after": "TH"}).data[0].id == "US"
    with pytest.raises(stripe.InvalidRequestError):
        specs.retrieve("XX")


def test_balance_settings_are_an_accounts_payout_settings(account: Account) -> None:
    """Source: https://docs.stripe.com/api/balance-settings/update"""
    settings, seller = account.client.v1.balance_settings, opened(account)["id"]
    before = plain(settings.retrieve({}, acting(seller)))["payments"]
    assert before["debit_negative_balances"] is False
    assert before["payouts"]["schedule"] == {"interval": "daily"}
    form: Any = {
        "payments": {
            "debit_negative_balances": True,
            "payouts": {"schedule": {"interval": "weekly", "weekly_payout_days": ["friday"]}},
            "settlement_timing": {"delay_days_override": 7},
        }
    }
    after = plain(settings.update(form, acting(seller)))["payments"]
    assert after["payouts"]["schedule"]["weekly_payout_days"] == ["friday"]
    assert after["settlement_timing"] == {
        "delay_days": 7,
        "delay_days_override": 7,
        "start_of_day": None,
    }
    old = plain(account.client.v1.accounts.retrieve(seller))["settings"]["payouts"]
    assert (old["debit_negative_balances"], old["schedule"]["delay_days"]) == (True, 7)
    (told,) = account.client.v1.events.list(
        {"type": "balance_settings.updated"}, acting(seller)
    ).data
    assert "payments" in plain(told.data)["previous_attributes"]


def test_a_minimum_balance_stays_when_the_rest_is_paid_out(account: Account) -> None:
    """Source: https://docs.stripe.com/payouts/minimum-balances-for-automatic-payouts"""
    seller = opened(account, external_account=BANK)["id"]
    form: Any = {"payments": {"payouts": {"minimum_balance_by_currency": {"usd": 3000}}}}
    account.client.v1.balance_settings.update(form, acting(seller))
    paid(account, seller, payment_method="pm_card_visa")
    account.advance("4 days")
    assert worth(account, seller) == 3000
