"""Standard accounts that connect themselves. Source: https://docs.stripe.com/connect/oauth-reference"""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import stripe
from stripe import oauth_error

from tests.local.mirrors.stripe.client import Account, verified
from tests.local.mirrors.stripe.visitor import Visitor
from tests.local.receiver import Receiver

BACK = "https://acme.com/connected"


@pytest.fixture
def client(account: Account) -> stripe.StripeClient:
    """The SDK of a platform that knows its own id."""
    bases: Any = {"api": account.url, "connect": account.url, "files": account.url}
    return account.client_for(base_addresses=bases, client_id=account.env["STRIPE_CLIENT_ID"])


def led(visitor: Visitor) -> dict[str, str]:
    """Return what the platform is told in the address that the browser was led to."""
    assert visitor.left_for.startswith(BACK)
    return {name: values[0] for name, values in parse_qs(urlsplit(visitor.left_for).query).items()}


def code(owner: Account, **more: str) -> str:
    """Let an owner approve, and return the code that the platform is told."""
    return str(owner.simulate("oauth.approved", **more)["result"]["code"])


def exchanged(client: stripe.StripeClient, code: str) -> Any:
    return client.oauth.token({"grant_type": "authorization_code", "code": code})


def test_an_owner_connects_on_the_page(account: Account, client: stripe.StripeClient) -> None:
    """Source: https://docs.stripe.com/connect/oauth-standard-accounts"""
    asked: Any = {"redirect_uri": BACK, "state": "s1", "scope": "read_write"}
    asked["stripe_user"] = {"email": "ida@example.com", "business_name": "Ida & Co"}
    url = client.oauth.authorize_url(asked)
    visitor = Visitor(url)
    assert "would like to connect" in visitor.text
    assert visitor.forms[0].fields["business_name"] == "Ida & Co"
    told = led(visitor.press("approve"))
    assert (told["scope"], told["state"]) == ("read_write", "s1")
    assert client.v1.accounts.list().data == []
    given = exchanged(client, told["code"])
    assert (given.token_type, given.scope, given.livemode) == ("bearer", "read_write", False)
    found = client.v1.accounts.retrieve(given.stripe_user_id)
    assert (found.type, found.email, found.charges_enabled) == ("standard", "ida@example.com", True)
    theirs = account.client_for(api_key=given.access_token)
    made = theirs.v1.customers.create({"name": "Bo"})
    acting: Any = {"stripe_account": found.id}
    assert [each.id for each in client.v1.customers.list({}, acting).data] == [made.id]
    assert client.v1.customers.list().data == []
    assert theirs.v1.accounts.retrieve_current().id == found.id


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({}, "access_denied"),
        ({"scope": "all"}, "invalid_scope"),
        ({"response_type": "token"}, "unsupported_response_type"),
    ],
)
def test_a_platform_is_told_why_not(client: stripe.StripeClient, changed: Any, error: str) -> None:
    """Source: https://docs.stripe.com/connect/oauth-reference#get-authorize"""
    asked: Any = {"redirect_uri": BACK, "state": "s", **changed}
    visitor = Visitor(client.oauth.authorize_url(asked))
    told = led(visitor if changed else visitor.press("deny"))
    assert (told["error"], told["state"]) == (error, "s")


def test_a_stranger_is_shown_no_page(client: stripe.StripeClient) -> None:
    """Source: https://docs.stripe.com/connect/oauth-standard-accounts"""
    visitor = Visitor(client.oauth.authorize_url({"client_id": "ca_other"}))
    assert visitor.answer.status_code == 400
    assert "No application matches the supplied client identifier" in visitor.text


def test_a_code_is_good_once_and_for_five_minutes(
    account: Account, client: stripe.StripeClient
) -> None:
    """Source: https://docs.stripe.com/connect/oauth-reference#post-token"""
    first = code(account)
    given = exchanged(client, first)
    with pytest.raises(oauth_error.InvalidGrantError, match="already been used"):
        exchanged(client, first)
    theirs = account.client_for(api_key=given.access_token)
    with pytest.raises(stripe.AuthenticationError) as refused:
        theirs.v1.customers.list()
    assert refused.value.error is not None
    assert refused.value.error.code == "platform_api_key_expired"
    late = code(account)
    account.advance("5m")
    with pytest.raises(oauth_error.InvalidGrantError, match="expired"):
        exchanged(client, late)
    with pytest.raises(oauth_error.InvalidGrantError, match="does not exist: ac_none"):
        exchanged(client, "ac_none")


@pytest.mark.parametrize(
    ("form", "kind"),
    [
        ({"grant_type": "password"}, oauth_error.UnsupportedGrantTypeError),
        ({"code": "ac_1"}, oauth_error.InvalidRequestError),
        ({"grant_type": "authorization_code"}, oauth_error.InvalidRequestError),
        ({"grant_type": "refresh_token"}, oauth_error.InvalidRequestError),
        ({"grant_type": "refresh_token", "refresh_token": "rt_1"}, oauth_error.InvalidGrantError),
        (
            {"grant_type": "authorization_code", "code": "ac_1", "client_id": "ca_1"},
            oauth_error.InvalidClientError,
        ),
    ],
)
def test_what_is_no_grant_is_refused_in_oauths_form(
    client: stripe.StripeClient, form: Any, kind: type[stripe.StripeError]
) -> None:
    """Source: https://docs.stripe.com/connect/oauth-reference#post-token"""
    with pytest.raises(kind) as refused:
        client.oauth.token(form)
    told: Any = refused.value.json_body
    assert set(told) == {"error", "error_description"}


def test_a_refresh_token_gives_a_key_of_the_same_scope_or_a_lesser_one(
    account: Account, client: stripe.StripeClient
) -> None:
    """Source: https://docs.stripe.com/connect/oauth-reference#post-token (scope)"""
    given = exchanged(client, code(account))
    form: Any = {"grant_type": "refresh_token", "refresh_token": given.refresh_token}
    again = client.oauth.token(form)
    assert again.stripe_user_id == given.stripe_user_id
    assert again.scope == "read_write"
    form |= {"scope": "read_only"}
    lesser = client.oauth.token(form)
    reader = account.client_for(api_key=lesser.access_token)
    assert reader.v1.customers.list().data == []
    with pytest.raises(stripe.PermissionError, match="does not have the required permissions"):
        reader.v1.customers.create({})
    seen = code(account, scope="read_only")
    only = exchanged(client, seen)
    wider: Any = {"grant_type": "refresh_token", "refresh_token": only.refresh_token}
    wider |= {"scope": "read_write"}
    with pytest.raises(oauth_error.InvalidScopeError):
        client.oauth.token(wider)
    acting: Any = {"stripe_account": only.stripe_user_id}
    with pytest.raises(stripe.PermissionError):
        client.v1.customers.create({}, acting)


def test_an_account_that_is_let_go_is_out_of_reach_until_it_comes_back(
    account: Account, client: stripe.StripeClient, receiver: Receiver
) -> None:
    """Source: https://docs.stripe.com/connect/oauth-reference#post-deauthorize"""
    form: Any = {"url": receiver.url, "enabled_events": ["*"], "connect": True}
    secret = client.v1.webhook_endpoints.create(form).secret or ""
    given = exchanged(client, code(account))
    id = given.stripe_user_id or ""
    assert client.oauth.deauthorize({"stripe_user_id": id}).stripe_user_id == id
    told = [verified(each, secret) for each in (receiver.next(), receiver.next())]
    assert [(each["type"], each["account"]) for each in told] == [
        ("account.application.authorized", id),
        ("account.application.deauthorized", id),
    ]
    assert told[0]["data"]["object"]["id"] == account.env["STRIPE_CLIENT_ID"]
    acting: Any = {"stripe_account": id}
    for call in (
        lambda: client.v1.accounts.retrieve(id),
        lambda: client.v1.customers.list({}, acting),
        lambda: client.v1.accounts.persons.list(id),
    ):
        with pytest.raises(stripe.PermissionError) as refused:
            call()
        assert refused.value.error is not None
        assert refused.value.error.code == "account_invalid"
    with pytest.raises(stripe.AuthenticationError):
        account.client_for(api_key=given.access_token).v1.customers.list()
    with pytest.raises(oauth_error.InvalidClientError, match="is not connected to stripe account"):
        client.oauth.deauthorize({"stripe_user_id": id})
    assert client.v1.accounts.list().data == []
    back = exchanged(client, code(account, account=id))
    assert back.stripe_user_id == id
    assert client.v1.customers.list({}, acting).data == []


def test_a_disconnection_is_simulated(account: Account, client: stripe.StripeClient) -> None:
    """Source: https://docs.stripe.com/connect/webhooks"""
    given = exchanged(client, code(account))
    account.simulate("account.application.deauthorized", account=given.stripe_user_id)
    with pytest.raises(stripe.PermissionError):
        client.v1.accounts.retrieve(given.stripe_user_id or "")
    express = client.v1.accounts.create({"type": "express"}).id
    with pytest.raises(oauth_error.InvalidClientError):
        client.oauth.deauthorize({"stripe_user_id": express})
