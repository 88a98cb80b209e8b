"""A marketplace of three sellers, from onboarding to the bank, with every cent booked.

Source: https://docs.stripe.com/connect/charges
"""

from typing import Any

from tests.local.mirrors.stripe.client import Account, plain
from tests.local.mirrors.stripe.connect.test_money import FEE, acting, paid, worth
from tests.local.mirrors.stripe.connect.test_onboarding import BACK, opened


def test_three_sellers_sell_refund_lose_a_dispute_and_are_paid_out(account: Account) -> None:
    """Source: https://docs.stripe.com/connect/charges"""
    v1 = account.client.v1
    manual: Any = {"payouts": {"schedule": {"interval": "manual"}}}
    custom = opened(account, settings=manual)["id"]
    express = v1.accounts.create({"type": "express", "settings": manual}).id
    standard = v1.accounts.create({"type": "standard", "settings": manual}).id
    for seller in (express, standard):
        link: Any = {"account": seller, "type": "account_onboarding", **BACK}
        assert v1.account_links.create(link).url
        account.simulate("account.onboarded", account=seller)
        assert v1.accounts.retrieve(seller).payouts_enabled is True

    direct = paid(account, standard, application_fee_amount=1000)
    destination = paid(account, application_fee_amount=1500, transfer_data={"destination": express})
    paid(account, transfer_group="order_7")
    for seller, part in ((custom, 6000), (express, 2000)):
        transfer: Any = {"amount": part, "currency": "usd", "destination": seller}
        v1.transfers.create({**transfer, "transfer_group": "order_7"})  # type: ignore[typeddict-item]
    expected = {
        None: 1000 + (1500 - FEE) + (10000 - FEE - 8000),
        standard: 10000 - FEE - 1000,
        express: 8500 + 2000,
        custom: 6000,
    }
    assert {seller: worth(account, seller) for seller in expected} == expected

    v1.refunds.create({"charge": direct["id"], "amount": 5000}, acting(standard))
    half: Any = {"charge": destination["id"], "amount": 5000}
    half |= {"refund_application_fee": True, "reverse_transfer": True}
    v1.refunds.create(half)
    expected[standard] -= 5000
    expected[express] -= 5000 - 750
    expected[None] -= 750
    assert {seller: worth(account, seller) for seller in expected} == expected

    disputed = paid(account, standard, payment_method="pm_card_createDispute")
    (dispute,) = v1.disputes.list({"charge": disputed["id"]}, acting(standard)).data
    v1.disputes.update(
        dispute.id, {"evidence": {"uncategorized_text": "losing_evidence"}}, acting(standard)
    )
    account.advance("7 days")
    lost = v1.disputes.retrieve(dispute.id, {}, acting(standard))
    assert lost.status == "lost"
    expected[standard] += (10000 - FEE) - (10000 + 1500)
    assert {seller: worth(account, seller) for seller in expected} == expected

    for seller in (custom, express):
        money: Any = {"amount": expected[seller], "currency": "usd"}
        assert v1.payouts.create(money, acting(seller)).status == "pending"
        expected[seller] = 0
    account.advance("7 days")
    assert {seller: worth(account, seller) for seller in expected} == expected
    balance = plain(v1.balance.retrieve({}, acting(standard)))
    assert balance["pending"][0]["amount"] == 0
