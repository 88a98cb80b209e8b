"""Standard connected accounts. Source: https://docs.stripe.com/api/accounts"""

from typing import Any

import httpx
import pytest
import stripe

from tests.local.mirrors.stripe.client import NOW, Account, plain, verified
from tests.local.mirrors.stripe.visitor import Visitor
from tests.local.receiver import Receiver


@pytest.fixture
def acct(account: Account) -> str:
    """A connected account's id."""
    made = account.client.v1.accounts.create({"type": "standard", "email": "shop@example.com"})
    return made.id


def acting(id: str) -> Any:
    """Return the options of a call on behalf of an account."""
    return {"stripe_account": id}


def test_an_account_is_made_read_changed_listed_and_deleted(account: Account) -> None:
    """Source: https://docs.stripe.com/api/accounts/create"""
    accounts = account.client.v1.accounts
    made = accounts.create(
        {
            "type": "standard",
            "country": "DE",
            "email": "shop@example.com",
            "capabilities": {"card_payments": {"requested": True}},
            "metadata": {"shop": "1"},
        }
    )
    assert (made.type, made.country, made.created) == ("standard", "DE", NOW)
    assert (made.charges_enabled, made.details_submitted) == (False, False)
    assert made.capabilities is not None
    assert made.capabilities.card_payments == "inactive"
    changed = accounts.update(made.id, {"business_profile": {"name": "Pens & Co"}})
    assert changed.business_profile is not None
    assert changed.business_profile.name == "Pens & Co"
    assert plain(accounts.retrieve(made.id).metadata) == {"shop": "1"}
    assert [each.id for each in accounts.list().data] == [made.id]
    assert accounts.delete(made.id).deleted is True
    assert accounts.list().data == []


def test_the_own_account_is_there_and_stays(account: Account) -> None:
    """Source: https://docs.stripe.com/api/accounts/retrieve"""
    own = account.client.v1.accounts.retrieve_current()
    assert own.charges_enabled is True
    assert account.refused(400, "DELETE", f"/v1/accounts/{own.id}")["param"] == "id"
    options = acting(own.id)
    assert account.client.v1.customers.list({}, options).data == []


def test_an_account_that_does_not_exist_is_out_of_reach(account: Account) -> None:
    """Source: https://docs.stripe.com/error-codes#account-invalid"""
    with pytest.raises(stripe.PermissionError) as caught:
        account.client.v1.accounts.retrieve("acct_none")
    assert caught.value.http_status == 403
    answer = account.call("GET", "/v1/customers", stripe_account="acct_none")
    told = answer.json()["error"]
    assert (answer.status_code, told["code"]) == (403, "account_invalid")
    assert "does not have access to account 'acct_none'" in told["message"]


def test_accounts_keep_their_things_apart(account: Account, acct: str) -> None:
    """Source: https://docs.stripe.com/connect/authentication"""
    customers = account.client.v1.customers
    mine, theirs = (
        customers.create({"name": "Ada"}),
        customers.create({"name": "Ida"}, acting(acct)),
    )
    assert [each.id for each in customers.list().data] == [mine.id]
    assert [each.id for each in customers.list({}, acting(acct)).data] == [theirs.id]
    with pytest.raises(stripe.InvalidRequestError, match="No such customer"):
        customers.retrieve(theirs.id)
    answer = account.call("GET", "/v1/customers", stripe_account=acct)
    assert answer.headers["stripe-account"] == acct
    assert "stripe-account" not in account.call("GET", "/v1/customers").headers


def test_events_of_an_account_are_its_own_and_name_it(account: Account, acct: str) -> None:
    """Source: https://docs.stripe.com/connect/webhooks"""
    account.client.v1.customers.create({"name": "Ida"}, acting(acct))
    assert account.client.v1.events.list().data == []
    (event,) = account.client.v1.events.list({}, acting(acct)).data
    assert (event.type, event.account) == ("customer.created", acct)


def test_a_connect_endpoint_gets_the_events_of_all_accounts(
    account: Account, acct: str, receiver: Receiver
) -> None:
    """Source: https://docs.stripe.com/connect/webhooks"""
    form = f"url={receiver.url}&enabled_events[]=customer.created"
    account.listen(receiver, "customer.created")
    connect = account.call("POST", "/v1/webhook_endpoints", f"{form}&connect=true").json()["secret"]
    own = account.call("POST", "/v1/webhook_endpoints", form, stripe_account=acct).json()["secret"]
    account.client.v1.customers.create({"name": "Ida"}, acting(acct))
    account.settle(2)
    received = [receiver.next(), receiver.next()]
    assert receiver.inbox.empty()
    events = []
    for each in received:
        for secret in (connect, own):
            try:
                events.append((secret, verified(each, secret)["account"]))
            except stripe.SignatureVerificationError:
                continue
    assert sorted(events) == sorted([(connect, acct), (own, acct)])


def test_an_update_and_an_onboarding_are_told(account: Account, acct: str) -> None:
    """Source: https://docs.stripe.com/connect/webhooks"""
    account.client.v1.accounts.update(acct, {"email": "new@example.com"})
    account.simulate("account.onboarded", account=acct)
    found = account.client.v1.events.list({"type": "account.updated"}, acting(acct)).data
    newest, first = found
    assert newest.data.object["charges_enabled"] is True
    assert plain(first.data.previous_attributes) == {"email": "shop@example.com"}
    assert {newest.type, first.type} == {"account.updated"}


def test_a_rejected_account_says_why(account: Account, acct: str) -> None:
    """Source: https://docs.stripe.com/api/account/reject"""
    told = account.client.v1.accounts.reject(acct, {"reason": "fraud_other"})
    assert told.requirements is not None
    assert (told.charges_enabled, told.requirements.disabled_reason) == (False, "rejected.fraud")


def test_an_onboarding_has_an_address(account: Account, acct: str) -> None:
    """Source: https://docs.stripe.com/api/account_links/create"""
    link = account.client.v1.account_links.create(
        {
            "account": acct,
            "type": "account_onboarding",
            "refresh_url": "https://acme.com/again",
            "return_url": "https://acme.com",
        }
    )
    assert link.expires_at == NOW + 300
    assert link.url.startswith(f"{account.url}/setup/s/")


def test_an_onboarding_is_done_on_its_page(account: Account, acct: str) -> None:
    """Source: https://docs.stripe.com/api/account_links/create"""
    form: Any = {"account": acct, "type": "account_onboarding"}
    form |= {"return_url": "http://a.localhost/done", "refresh_url": "http://a.localhost/again"}
    links = account.client.v1.account_links
    page = Visitor(links.create(form).url)
    url = str(page.answer.url)
    assert Visitor(url).left_for == "http://a.localhost/again"
    assert page.press("later").left_for == "http://a.localhost/done"
    assert account.client.v1.accounts.retrieve(acct).details_submitted is False
    page = Visitor(links.create(form).url).press("submit", business_name="Acme")
    assert page.left_for == "http://a.localhost/done"
    done = account.client.v1.accounts.retrieve(acct)
    assert (done.charges_enabled, done.business_profile.name) == (True, "Acme")  # type: ignore[union-attr]  # never null here
    late = links.create(form).url
    account.advance("6 minutes")
    assert Visitor(late).left_for == "http://a.localhost/again"
    assert httpx.get(late + "x").status_code == 404


def test_a_fee_needs_another_account(account: Account, acct: str) -> None:
    """Source: https://docs.stripe.com/connect/direct-charges"""
    intents = account.client.v1.payment_intents
    form: Any = {"amount": 1000, "currency": "usd", "application_fee_amount": 100}
    with pytest.raises(stripe.InvalidRequestError, match="Can only apply an application_fee") as no:
        intents.create(form)
    assert no.value.code == "parameter_missing"
    account.simulate("account.onboarded", account=acct)
    assert intents.create(form, acting(acct)).application_fee_amount == 100
    paid_out = intents.create(form | {"transfer_data": {"destination": acct}})
    assert paid_out.application_fee_amount == 100
