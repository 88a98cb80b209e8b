"""What happens to connected accounts without their doing.

Source: https://docs.stripe.com/connect/handling-api-verification
"""

from typing import Any

import pytest
import stripe

from mirra_mcp.wire.model import Doc
from tests.local.mirrors.stripe.client import NOW, Account, plain
from tests.local.mirrors.stripe.connect.test_money import acting, paid
from tests.local.mirrors.stripe.connect.test_onboarding import opened

DOCUMENT = "individual.verification.document"
DAY = 24 * 3600


def due(account: Account, seller: str) -> Doc:
    found: Doc = plain(account.client.v1.accounts.retrieve(seller))
    return found


def types(account: Account, seller: str) -> list[str]:
    events = account.client.v1.events.list({"limit": 100}, acting(seller)).data
    return [each.type for each in reversed(events)]


def test_what_is_due_is_past_due_after_its_deadline(account: Account) -> None:
    """Source: https://docs.stripe.com/api/accounts/object (requirements.current_deadline)"""
    seller = opened(account)["id"]
    before = len(types(account, seller))
    account.simulate("account.restricted", account=seller, days=3)
    now = due(account, seller)
    assert now["requirements"]["currently_due"] == [DOCUMENT]
    assert now["requirements"]["past_due"] == []
    assert now["requirements"]["current_deadline"] == NOW + 3 + 3 * DAY
    assert now["charges_enabled"] is True
    assert types(account, seller)[before:] == ["account.updated"]
    account.advance("3 days")
    late = due(account, seller)
    assert late["requirements"]["past_due"] == [DOCUMENT]
    assert late["requirements"]["disabled_reason"] == "requirements.past_due"
    assert (late["charges_enabled"], late["payouts_enabled"]) == (False, False)
    assert types(account, seller)[before + 1 :] == [
        "capability.updated",
        "capability.updated",
        "account.updated",
    ]
    told: Any = {
        "individual": {"verification": {"document": {"front": "file_identity_document_success"}}}
    }
    account.client.v1.accounts.update(seller, told)
    account.advance("3s")
    done = due(account, seller)
    assert (done["charges_enabled"], done["requirements"]["past_due"]) == (True, [])


def test_who_tells_in_time_is_never_restricted(account: Account) -> None:
    """Source: https://docs.stripe.com/connect/handling-api-verification"""
    seller = opened(account)["id"]
    wanted = "business_profile.support_phone"
    account.simulate("account.restricted", account=seller, requirement=wanted, days=3)
    form: Any = {"business_profile": {"support_phone": "+15555550123"}}
    account.client.v1.accounts.update(seller, form)
    account.advance("4 days")
    assert due(account, seller)["charges_enabled"] is True


def test_a_capability_is_turned_off_and_on(account: Account) -> None:
    """Source: https://docs.stripe.com/connect/account-capabilities"""
    seller = opened(account)["id"]
    account.simulate("capability.updated", account=seller, status="inactive")
    found = due(account, seller)
    assert found["capabilities"] == {"card_payments": "inactive", "transfers": "active"}
    assert found["charges_enabled"] is False
    assert types(account, seller)[-2:] == ["capability.updated", "account.updated"]
    account.simulate("capability.updated", account=seller, status="active")
    assert due(account, seller)["charges_enabled"] is True


def test_stories_happen_to_the_account_that_is_named(account: Account) -> None:
    """Ours: `account` makes any event one of a connected account."""
    manual: Any = {"payouts": {"schedule": {"interval": "manual"}}}
    seller = opened(account, settings=manual)["id"]
    charge = paid(account, seller)
    paid(account, seller)
    account.simulate("charge.dispute.created", account=seller, charge=charge["id"])
    (dispute,) = account.client.v1.disputes.list({}, acting(seller)).data
    assert dispute.charge == charge["id"]
    form: Any = {"amount": 100, "currency": "usd"}
    payout = account.client.v1.payouts.create(form, acting(seller))
    account.simulate("payout.failed", account=seller, payout=payout.id)
    found = account.client.v1.payouts.retrieve(payout.id, {}, acting(seller))
    assert (found.status, found.failure_code) == ("failed", "could_not_process")
    assert account.client.v1.disputes.list().data == []
    answer = account.http.post(
        "/_mirra/simulate", json={"event": "payout.created", "account": "acct_none"}
    )
    assert "There is no connected account 'acct_none'." in answer.text
    with pytest.raises(stripe.InvalidRequestError):
        account.client.v1.payouts.retrieve(payout.id)
